/** While a group is being joined its coordinator answers nothing else over that connection: who asks it then takes it for a silent one, and breaks off the joining. */
import { expect, it, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic } from '../../testing/played-coordinator.ts';
import { playedMember, until } from '../../testing/played-member.ts';
import { begun } from '../../testing/played-membership.ts';
import { refusalOf } from '../client/refusals.ts';

const loading = 14;
const partitions = [{ topic: playedTopic, partition: 0 }];

/** How often positions were asked for; what is asked during the joining is answered after it. */
async function askingWhileJoining() {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  const others = Promise.withResolvers<void>();
  const seen = { asked: 0 };
  played.beforeAnswering = () => {
    seen.asked += 1;
    return seen.asked === 1 ? Promise.reject(refusalOf(loading)) : others.promise;
  };
  played.beforeJoining = () => others.promise;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  return { played, membership, seen, others };
}

it('asks no coordinator for positions that were assigned before', async () => {
  const { played, membership, seen, others } = await askingWhileJoining();
  await vi.advanceTimersByTimeAsync(1_090);
  const told = membership.committed(partitions).catch(String);
  await vi.advanceTimersByTimeAsync(20_000);
  expect({ ...seen, cuts: played.cuts, joinedAs: played.joinedAs }).toEqual({ asked: 1, cuts: 0, joinedAs: ['', 'm'] });
  expect(await told).toContain('is joined anew');
  others.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(await membership.committed(partitions)).toEqual(partitions);
  await membership.leave();
});

it('tells of no positions that it could not ask for because it joins anew or leaves', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(String(error));
  const { member } = playedMember(played, {}, { sessionTimeoutMs: 600, onTrouble });
  let asked = 0;
  played.beforeAnswering = () => {
    asked += 1;
    return Promise.reject(refusalOf(loading));
  };
  await member.start();
  await until(() => asked > 0);
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joins === 2);
  const { length } = troubles;
  await member.leave();
  expect([length, troubles]).toEqual([0, []]);
}, 20_000);
