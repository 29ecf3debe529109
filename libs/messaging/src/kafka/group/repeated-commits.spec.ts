/** Commits of a membership, one by one. */
import { expect, it, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic } from '../../testing/played-coordinator.ts';
import { begun } from '../../testing/played-membership.ts';

const one = [{ topic: playedTopic, partition: 0, offset: 5 }];

it('waits for a commit that is under way when it leaves, and repeats none that is refused', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let asked = 0;
  played.beforeCommitting = () => answers[asked++]!.promise;
  const committing = Promise.allSettled([membership.commit(one), membership.commit(one)]);
  await vi.advanceTimersByTimeAsync(0);
  let isLeft = false;
  const left = membership.leave().then(() => (isLeft = true));
  await vi.advanceTimersByTimeAsync(1_000);
  expect({ asked, isLeft, isConnected: played.isConnected }).toEqual({ asked: 2, isLeft: false, isConnected: true });
  answers[0].resolve();
  answers[1].reject(Object.assign(new Error('no'), { type: 'REBALANCE_IN_PROGRESS' }));
  expect((await committing).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await left;
  expect({ asked, timers: vi.getTimerCount() }).toEqual({ asked: 2, timers: 0 });
});

it('waits for no commit that rests when it leaves', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  played.beforeCommitting = () => Promise.reject(new Error('no'));
  const answer = membership.commit(one).catch(String);
  await vi.advanceTimersByTimeAsync(10);
  await membership.leave();
  expect(await answer).toContain('the member has left its group');
});

it('looks for the coordinator once more where that failed, though nobody but a commit asks for it', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  let times = 0;
  played.beforeCommitting = async () => {
    times += 1;
    if (times === 1) throw Object.assign(new Error('moved'), { type: 'NOT_COORDINATOR_FOR_GROUP' });
  };
  played.beforeFinding = async () => {
    if (played.searches === 2) throw new Error('nobody knows');
  };
  const committing = membership.commit(one);
  await vi.advanceTimersByTimeAsync(1_000);
  await committing;
  expect({ searches: played.searches, heartbeats: played.heartbeats }).toEqual({ searches: 3, heartbeats: 0 });
  await membership.leave();
});

it.each([
  ['what passes', {}, 6],
  ['what does not pass', { type: 'OFFSET_METADATA_TOO_LARGE', retriable: false }, 1],
])('is asked for again some times where it is refused for %s', async (_why, refusal, times) => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  let asked = 0;
  played.beforeCommitting = async () => {
    asked += 1;
    throw Object.assign(new Error('refused'), refusal);
  };
  const answer = membership.commit(one).catch(String);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([await answer, asked]).toEqual(['Error: refused', times]);
  await membership.leave();
});

it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
  'finds out at once, when it is refused with %s, what has become of its generation',
  async (type) => {
    const played = new PlayedCluster();
    const { membership } = await begun(played);
    await vi.advanceTimersByTimeAsync(100);
    played.refused.heartbeat.push(type);
    played.beforeCommitting = async () => {
      if (played.joins === 1) throw Object.assign(new Error(type), { type, retriable: false });
    };
    const answer = membership.commit(one);
    await vi.advanceTimersByTimeAsync(600);
    expect(played.joins).toBe(2);
    await answer;
    await membership.leave();
  },
);

it('is sent to nobody, and not asked for again, where nothing of it is held', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  let asked = 0;
  played.beforeCommitting = async () => void (asked += 1);
  const answer = membership.commit([{ topic: playedTopic, partition: 7, offset: 5 }]).catch(String);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(1); // the next heartbeat's
  expect([await answer, asked]).toEqual([
    'Error: a partition of tasks.a is not held any more, or was not all the while',
    0,
  ]);
  await membership.leave();
});
