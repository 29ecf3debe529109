/** Commits that are refused at first, and what they are by the time they are repeated. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic as topic } from '../../testing/played-coordinator.ts';
import { joined, until, type PlayedMember } from '../../testing/played-member.ts';

const positions = [0, 1].map((partition) => ({ topic, partition, offset: 5 }));

/** Or why it was not taken. */
const committed = ({ member }: Pick<PlayedMember, 'member'>): Promise<string> =>
  member.commit(positions).then(
    () => 'taken',
    (error: unknown) => String(error),
  );

/** The group has begun to be joined anew. */
function refuseOnceJoined(played: PlayedCluster, generations = 1): { refused: number } {
  const seen = { refused: 0 };
  const { joins } = played;
  played.beforeCommitting = async () => {
    if (played.joins >= joins + generations) return;
    seen.refused += 1;
    const type = 'REBALANCE_IN_PROGRESS';
    throw Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable: true });
  };
  return seen;
}

it('moves no position of a partition that another member has by then', async () => {
  const played = new PlayedCluster();
  const made = await joined(played, { sessionTimeoutMs: 600 });
  const seen = refuseOnceJoined(played);
  const committing = committed(made);
  await until(() => seen.refused > 0);
  played.committed.set(1, '9'); // by its new owner
  played.dealt = [0];
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  const answer = await committing;
  await made.member.leave();
  expect(Object.fromEntries(played.committed)).toEqual({ 0: '5', 1: '9' });
  expect(answer).toContain('is not held any more');
}, 20_000);

it('moves no position of a partition that another member had meanwhile', async () => {
  const played = new PlayedCluster();
  const made = await joined(played, { sessionTimeoutMs: 600 });
  const seen = refuseOnceJoined(played, 2);
  const committing = committed(made);
  await until(() => seen.refused > 0);
  for (const partition of [0, 1]) played.committed.set(partition, '9'); // by who had it
  played.joins += 1; // as a generation without this member
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  const answer = await committing;
  await made.member.leave();
  expect(Object.fromEntries(played.committed)).toEqual({ 0: '9', 1: '9' });
  expect(answer).toContain('is not held any more, or was not all the while');
}, 20_000);

it('repeats what is held all the same', async () => {
  const played = new PlayedCluster();
  const made = await joined(played, { sessionTimeoutMs: 600 });
  const seen = refuseOnceJoined(played);
  const committing = committed(made);
  await until(() => seen.refused > 0);
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  expect(await committing).toBe('taken');
  await made.member.leave();
  expect(Object.fromEntries(played.committed)).toEqual({ 0: '5', 1: '5' });
}, 20_000);

it('says that a member that leaves has not committed what was to be repeated', async () => {
  const played = new PlayedCluster();
  const made = await joined(played);
  const seen = refuseOnceJoined(played);
  const committing = committed(made);
  await until(() => seen.refused > 0);
  const left = made.member.leave();
  expect(await committing).toContain('Kafka could not take the positions of read-model');
  await left;
}, 20_000);

it('says that it was taken when it was, though the member ends meanwhile', async () => {
  const played = new PlayedCluster();
  const made = await joined(played);
  const answer = Promise.withResolvers<void>();
  let isAsked = false;
  played.beforeCommitting = () => {
    isAsked = true;
    return answer.promise;
  };
  const committing = committed(made);
  await until(() => isAsked);
  await made.member.leave();
  answer.resolve();
  expect(await committing).toBe('taken');
  expect(Object.fromEntries(played.committed)).toEqual({ 0: '5', 1: '5' });
}, 20_000);

it('sends nothing while the group is being joined, and looks for no other coordinator because of that', async () => {
  const played = new PlayedCluster();
  const made = await joined(played, { sessionTimeoutMs: 600 });
  const others = Promise.withResolvers<void>();
  played.beforeJoining = () => others.promise;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joinedAs.length === 2);
  const { searches, heartbeats } = played;
  const committing = committed(made);
  await new Promise((resolve) => setImmediate(resolve));
  expect(played.committed.size).toBe(0); // nothing is sent for a generation that is over
  others.resolve();
  expect(await committing).toBe('taken');
  await until(() => played.heartbeats > heartbeats);
  expect(played.searches).toBe(searches);
  await made.member.leave();
}, 20_000);
