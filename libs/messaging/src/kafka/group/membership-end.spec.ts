/** What a member still does after its end, and leaves behind: nothing. */
import { expect, it, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { begun, playedMembership } from '../../testing/played-membership.ts';

const minute = 60_000;

it('leaves nothing behind when it leaves before a handler has settled', async () => {
  const played = new PlayedCluster();
  const handlers = [Promise.resolve(), Promise.withResolvers<void>()] as const;
  let times = 0;
  const { membership } = await begun(played, () => (times++ === 0 ? handlers[0] : handlers[1].promise));
  await vi.advanceTimersByTimeAsync(1_000);
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(times).toBe(2);
  await membership.leave();
  const { searches, heartbeats } = played;
  await vi.advanceTimersByTimeAsync(10_000);
  handlers[1].resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect({ searches: played.searches, heartbeats: played.heartbeats }).toEqual({ searches, heartbeats });
  expect({ timers: vi.getTimerCount(), isConnected: played.isConnected }).toEqual({ timers: 0, isConnected: false });
});

it('is assigned nothing, and sends no heartbeat, when the leader deals out after its end', async () => {
  const played = new PlayedCluster();
  const leader = Promise.withResolvers<void>();
  played.beforeSyncing = () => leader.promise;
  const { membership, seen } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  expect(played.syncs).toBe(1);
  await membership.leave();
  leader.resolve();
  await vi.advanceTimersByTimeAsync(minute);
  expect(seen).toEqual({ troubles: [], assigned: 0, handedBack: 1 });
  expect({ heartbeats: played.heartbeats, leftAs: played.leftAs }).toEqual({ heartbeats: 0, leftAs: ['m'] });
});

it('tells of no refusal that comes after its end', async () => {
  const played = new PlayedCluster();
  const others = Promise.withResolvers<void>();
  played.beforeJoining = () => others.promise;
  played.refused.joinGroup.push('GROUP_MAX_SIZE_REACHED');
  const { membership, seen } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  const left = membership.leave();
  others.resolve();
  await left;
  await vi.advanceTimersByTimeAsync(minute);
  expect({ joinedAs: played.joinedAs, troubles: seen.troubles }).toEqual({ joinedAs: [''], troubles: [] });
});

it('comes again with the name that it is given, but not after its end', async () => {
  const played = new PlayedCluster();
  const others = Promise.withResolvers<void>();
  played.isNaming = true;
  played.beforeJoining = () => others.promise;
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  const left = membership.leave();
  others.resolve();
  await left;
  expect({ joinedAs: played.joinedAs, leftAs: played.leftAs }).toEqual({ joinedAs: [''], leftAs: ['m'] });
});

it('does not join once more when it leaves while its coordinator is looked for', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(100);
  const search = Promise.withResolvers<void>();
  played.beforeFinding = () => search.promise;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(played.searches).toBeGreaterThan(1);
  const left = membership.leave();
  search.resolve();
  await left;
  expect({ joinedAs: played.joinedAs, leftAs: played.leftAs }).toEqual({ joinedAs: [''], leftAs: ['m'] });
});

it('sends no heartbeat after its end', async () => {
  const played = new PlayedCluster();
  const { membership } = await begun(played);
  await vi.advanceTimersByTimeAsync(2_000);
  await membership.leave();
  const { heartbeats } = played;
  expect({ heartbeats, timers: vi.getTimerCount() }).toEqual({ heartbeats: 1, timers: 0 });
});

it('looks for its topics no longer than until it leaves', async () => {
  const played = new PlayedCluster();
  played.count = 0;
  const { membership } = playedMembership(played);
  const beginning = membership.begin();
  await vi.advanceTimersByTimeAsync(1_000);
  await membership.leave();
  await beginning;
  expect({ joinedAs: played.joinedAs, timers: vi.getTimerCount() }).toEqual({ joinedAs: [], timers: 0 });
});

it('deals out nothing any more when it leaves while it looks what there is, and leaves no connection', async () => {
  const played = new PlayedCluster();
  const look = Promise.withResolvers<void>();
  const { membership } = await begun(played);
  played.whileLookingAnew = () => look.promise;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(played.joins).toBe(1);
  await membership.leave();
  look.resolve();
  await vi.advanceTimersByTimeAsync(minute);
  const { syncs, leftAs, isConnected } = played;
  expect({ syncs, leftAs, isConnected }).toEqual({ syncs: 0, leftAs: ['m'], isConnected: false });
});

it('leaves no connection to a broker that can be reached only after its end, when nobody waits for it any more', async () => {
  const played = new PlayedCluster();
  const { membership } = playedMembership(played);
  const { coordination: cluster } = played.memberOptions;
  const findBroker = cluster.findBroker.bind(cluster);
  const reached = Promise.withResolvers<void>();
  cluster.findBroker = (of) => reached.promise.then(() => findBroker(of));
  await membership.begin();
  await vi.advanceTimersByTimeAsync(100);
  const left = membership.leave();
  await vi.advanceTimersByTimeAsync(minute);
  await left;
  reached.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect({ isConnected: played.isConnected, timers: vi.getTimerCount() }).toEqual({ isConnected: false, timers: 0 });
});
