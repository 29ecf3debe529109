/** A coordinator that has just been started: who is sent away by one request and then by another is still a member when the third comes. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, playedMember, until } from '../../testing/played-member.ts';
import type { GroupBroker, GroupCluster, Joining } from '../client/group-cluster.ts';
import { join } from './generation.ts';

it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
  'who is told %s and then cannot join at once joins before it fetches anything more',
  async (why) => {
    const played = new PlayedCluster();
    const { member, happened } = await joined(played);
    played.refused.joinGroup.push('GROUP_LOAD_IN_PROGRESS');
    played.refused.heartbeat.push(why);
    await until(() => played.refused.joinGroup.length === 0);
    played.append(1, 'after');
    await until(() => happened.includes('after'));
    await member.leave();
    expect(played.joins).toBe(2);
    expect(happened).toContain('after');
    expect(happened.filter((what) => what === 'assigned 1')).toHaveLength(2);
  },
  20_000,
);

it('who is no member any more hands its partitions back before it joins again, however long that takes', async () => {
  const played = new PlayedCluster();
  const { member, happened } = await joined(played);
  const others = Promise.withResolvers<void>();
  played.beforeJoining = () => others.promise;
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  await until(() => happened.includes('revoked 0') && happened.includes('revoked 1'));
  expect({ joins: played.joins, happened: happened.slice(2).toSorted() }).toEqual({
    joins: 1,
    happened: ['revoked 0', 'revoked 1'],
  });
  others.resolve();
  await until(() => happened.length === 6);
  await member.leave();
  expect(happened.filter((what) => what === 'assigned 1')).toHaveLength(2);
}, 20_000);

it('comes again with the name that it was given, though joining by it fails at first: the group waits for who has it', async () => {
  const played = new PlayedCluster();
  played.isNaming = true;
  played.refused.joinGroup.push('GROUP_LOAD_IN_PROGRESS');
  const { member } = await joined(played);
  await member.leave();
  expect(played.joinedAs).toEqual(['', 'm', 'm']);
}, 20_000);

it('a leader that may not look at a topic of others tells so', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const { member } = playedMember(played, {}, { onTrouble: (error) => void troubles.push(String(error)) });
  let looks = 0;
  played.whileLookingAnew = async () => {
    looks += 1;
    if (looks > 1) throw Object.assign(new Error('not authorized'), { retriable: false }); // the first is its own
  };
  const started = member.start();
  await until(() => troubles.length > 0);
  await member.leave();
  await started;
  expect(troubles[0]).toContain('not authorized');
}, 20_000);

it('who does not deal out keeps what it has when a topic has got partitions: joining again would change nothing', async () => {
  const played = new PlayedCluster();
  played.isLed = false;
  played.dealt = [0, 1];
  const { member, happened } = await joined(played, { sessionTimeoutMs: 600 });
  played.whileLooking = async () => void (played.count = 3);
  await until(() => played.count === 3);
  const { heartbeats } = played;
  await until(() => played.heartbeats >= heartbeats + 3);
  expect({ joins: played.joins, happened: happened.length }).toEqual({ joins: 1, happened: 2 });
  await member.leave();
}, 20_000);

it('says after which time it counts as gone, and how long its handlers may take', async () => {
  const asked: Joining[] = [];
  const coordinator = { joinGroup: async (joining: Joining) => void asked.push(joining) } as unknown as GroupBroker;
  const options = { cluster: {} as GroupCluster, groupId: 'read-model', topics: ['tasks.a'], sessionTimeoutMs: 6_000 };
  await join(options, coordinator, 'm');
  expect(asked).toMatchObject([{ memberId: 'm', sessionTimeout: 6_000, rebalanceTimeout: 30_000 }]);
});
