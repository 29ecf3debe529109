/** How often a member asks for what is refused, what it tells of it, and what it deals out. */
import { expect, it, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { begun } from '../../testing/played-membership.ts';

const minute = 60_000;
const always = (type: string): string[] => Array.from({ length: 1_000 }, () => type);

it.each(['GROUP_AUTHORIZATION_FAILED', 'INCONSISTENT_GROUP_PROTOCOL', 'GROUP_MAX_SIZE_REACHED'])(
  'tells each time that it is refused with %s, and asks again more and more seldom',
  async (why) => {
    const played = new PlayedCluster();
    played.refused.joinGroup.push(...always(why));
    const { membership, seen } = await begun(played);
    await vi.advanceTimersByTimeAsync(2 * minute);
    const { length: asked } = played.joinedAs;
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(35);
    expect(seen.troubles).toHaveLength(asked);
    await membership.leave();
    expect({ leaves: played.leaves, timers: vi.getTimerCount() }).toEqual({ leaves: 0, timers: 0 });
  },
);

it('tells what mostly passes by itself only when it has not passed after some times', async () => {
  const played = new PlayedCluster();
  played.refused.joinGroup.push(...always('GROUP_COORDINATOR_NOT_AVAILABLE').slice(0, 7));
  const { membership, seen } = await begun(played);
  await vi.advanceTimersByTimeAsync(minute);
  expect({ joins: played.joins, told: seen.troubles.length }).toEqual({ joins: 1, told: 2 });
  played.refused.joinGroup.push(...always('GROUP_COORDINATOR_NOT_AVAILABLE').slice(0, 5));
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  await vi.advanceTimersByTimeAsync(minute);
  expect({ joins: played.joins, told: seen.troubles.length }).toEqual({ joins: 2, told: 3 });
  await membership.leave();
});

it('joins within moments when its coordinator is back, however long that was away: the others wait for it', async () => {
  const played = new PlayedCluster();
  played.refused.joinGroup.push(...always('GROUP_COORDINATOR_NOT_AVAILABLE'));
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(2 * minute);
  played.refused.joinGroup.length = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(played.joins).toBe(1);
  await membership.leave();
});

it('does so too when the client has given up meanwhile to reach any broker', async () => {
  const played = new PlayedCluster();
  const gaveUp = Object.assign(new Error('no'), { name: 'KafkaJSNumberOfRetriesExceeded', retriable: false });
  played.beforeFinding = () => Promise.reject(gaveUp);
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(2 * minute);
  played.beforeFinding = async () => {};
  await vi.advanceTimersByTimeAsync(2_000);
  expect(played.joins).toBe(1);
  await membership.leave();
});

it.each(['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID'])(
  'joins again when it is told %s as what was dealt out is handed on, and holds nothing meanwhile',
  async (why) => {
    const played = new PlayedCluster();
    played.refused.syncGroup.push(why);
    const { membership, seen } = await begun(played);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(played.joinedAs).toEqual(['', why === 'UNKNOWN_MEMBER_ID' ? '' : 'm']);
    expect(seen).toEqual({ troubles: [], assigned: 1, handedBack: 2 });
    await membership.leave();
  },
);

it('looks for a topic that is not there with each heartbeat, and has it dealt out when it is', async () => {
  const played = new PlayedCluster();
  played.beforeFinding = async () => void (played.count = 0);
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(4_500); // before which it looked four times, for 175 to 350 ms
  const { joins, heartbeats } = played;
  expect({ joins, heartbeats }).toEqual({ joins: 1, heartbeats: 3 });
  played.beforeFinding = async () => {};
  played.whileLookingAnew = async () => void (played.count = 2);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(played.joins).toBe(2);
  await membership.leave();
});

it('deals out what it knows within half a session when its look is not answered', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  played.whileLookingAnew = () => new Promise(() => {});
  await vi.advanceTimersByTimeAsync(2_900);
  expect(played.syncs).toBe(0);
  await vi.advanceTimersByTimeAsync(200);
  expect(played.syncs).toBe(1);
  await membership.leave();
});

it('keeps what it has when its topic has got fewer partitions, as when it was deleted', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  played.count = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(played.joins).toBe(1);
  await membership.leave();
});

it('says why it hands back what it holds when no broker names a coordinator for a session', async () => {
  const played = new PlayedCluster();
  const { membership, seen } = await begun(played);
  await vi.advanceTimersByTimeAsync(500);
  played.refused.heartbeat.push('NOT_COORDINATOR_FOR_GROUP');
  played.beforeFinding = () => new Promise(() => {});
  await vi.advanceTimersByTimeAsync(8_000);
  expect(seen.troubles).toEqual([
    'Error: no coordinator of read-model has answered for 6000 ms, so what is held of it is handed back: none that can be reached was found',
  ]);
  const left = membership.leave();
  await vi.advanceTimersByTimeAsync(minute);
  await left;
});

it('asks nothing of a coordinator in no time when its process stood still for a session, and says so', async () => {
  const played = new PlayedCluster();
  const { membership, seen } = await begun(played);
  await vi.advanceTimersByTimeAsync(500);
  const now = performance.now.bind(performance);
  const stoodStill = vi.spyOn(performance, 'now').mockImplementation(() => now() + minute);
  await vi.advanceTimersByTimeAsync(1_000);
  stoodStill.mockRestore();
  expect(seen.troubles).toEqual([
    'Error: no coordinator of read-model has answered for 6000 ms, so what is held of it is handed back: this process stood still meanwhile',
  ]);
  expect({ heartbeats: played.heartbeats, cuts: played.cuts, joins: played.joins }).toEqual({
    heartbeats: 0,
    cuts: 0,
    joins: 2,
  });
  await membership.leave();
});
