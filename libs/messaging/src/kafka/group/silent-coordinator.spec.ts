/** A coordinator that is frozen: it takes heartbeats and answers none, and the group has another one meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, playedMember, until } from '../../testing/played-member.ts';

const sessionTimeoutMs = 600;

/** A member in the middle of a record: it goes on with `handler`. */
async function handlingSlowly(played: PlayedCluster, sessionMs: number) {
  const handler = Promise.withResolvers<void>();
  let handling = 0;
  const onRecords = (): Promise<void> => {
    handling += 1;
    return handler.promise;
  };
  const { member } = playedMember(played, { onRecords }, { sessionTimeoutMs: sessionMs });
  await member.start();
  played.append(1, 'slow');
  await until(() => handling === 1);
  return { member, handler };
}

it('hands its partitions back after a session and joins where the group is now', async () => {
  const played = new PlayedCluster();
  const { member, happened } = await joined(played, { sessionTimeoutMs });
  played.freezeCoordinator();
  await until(() => played.joins === 2);
  played.append(1, 'after');
  await until(() => happened.includes('after'));
  await member.leave();
  expect(played.joins).toBe(2);
  expect(happened.filter((what) => what.endsWith('1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1', 'revoked 1']);
  expect(happened).toContain('after');
}, 20_000);

it('goes on with what it holds where it finds another one within the session', async () => {
  const played = new PlayedCluster();
  const { member, happened } = await joined(played, { sessionTimeoutMs: 3_000 });
  const before = played.moveCoordinator();
  const { heartbeats } = played;
  await until(() => played.heartbeats > heartbeats);
  played.append(1, 'after');
  await until(() => happened.includes('after'));
  await member.leave();
  expect({ joins: played.joins, owed: before.owed, happened: happened.slice(2, 3) }).toEqual({
    joins: 1,
    owed: 0,
    happened: ['after'],
  });
}, 20_000);

it('waits longer while the group is being joined', async () => {
  const played = new PlayedCluster();
  const { member, handler } = await handlingSlowly(played, sessionTimeoutMs);
  const others = Promise.withResolvers<void>();
  played.beforeJoining = () => others.promise;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.refused.heartbeat.length === 0);
  handler.resolve();
  await sleep(3 * sessionTimeoutMs); // it waits for others to join
  played.beforeJoining = async () => {};
  others.resolve();
  await until(() => played.joins === 2);
  await member.leave();
  expect(played.cuts).toBe(0);
}, 20_000);

it('waits longer while the coordinator answers what it was asked before', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs });
  played.freezeCoordinator(); // it writes commits, slowly, in the order in which they came
  for (let written = 0; written < 6; written += 1) {
    await sleep(sessionTimeoutMs / 2);
    played.socket.bytesRead += 100;
  }
  const { cuts, joins } = played;
  played.thawCoordinator();
  await member.leave();
  expect({ cuts, joins }).toEqual({ cuts: 0, joins: 1 });
}, 20_000);

it('sends heartbeats to the coordinator that the group has by then, though the one before still owes an answer', async () => {
  const played = new PlayedCluster();
  const { member, handler } = await handlingSlowly(played, 3_000);
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.refused.heartbeat.length === 0);
  const before = played.moveCoordinator();
  await until(() => before.owed > 0);
  handler.resolve();
  await until(() => played.joins === 2);
  const { heartbeats } = played;
  await until(() => played.heartbeats > heartbeats, 1_500);
  expect(played.heartbeats).toBeGreaterThan(heartbeats);
  await member.leave();
  expect({ joins: played.joins, owed: before.owed }).toEqual({ joins: 2, owed: 0 });
}, 20_000);

it('remains a member where the group has another one by then, while a handler runs that was asked to stop', async () => {
  const played = new PlayedCluster();
  const { member, handler } = await handlingSlowly(played, 1_500);
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.refused.heartbeat.length === 0);
  const before = played.moveCoordinator();
  await until(() => before.owed > 0);
  const { heartbeats } = played;
  await until(() => played.heartbeats > heartbeats, 3_000);
  expect({ isMember: played.heartbeats > heartbeats, owed: before.owed }).toEqual({ isMember: true, owed: 0 });
  handler.resolve();
  await member.leave();
}, 20_000);

it('hands its partitions back after a session too when it cannot even connect', async () => {
  const played = new PlayedCluster();
  const { member, happened } = await joined(played, { sessionTimeoutMs });
  played.isGone = true;
  await until(() => happened.length === 6);
  const { joins, leaves } = played;
  await member.leave();
  expect({ joins, leaves }).toEqual({ joins: 2, leaves: 0 });
  expect(happened.filter((what) => what.endsWith('1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1', 'revoked 1']);
}, 20_000);

it('asks the same coordinator again when a heartbeat fails within a session, though it waited longer than that to join', async () => {
  let later = 0;
  for (const clock of [Date, performance]) {
    const now = clock.now.bind(clock);
    vi.spyOn(clock, 'now').mockImplementation(() => now() + later);
  }
  onTestFinished(() => void vi.restoreAllMocks());
  const played = new PlayedCluster();
  played.beforeJoining = async () => void (later = 60_000);
  const onAssigned = async (): Promise<never[]> => {
    played.isGone = played.heartbeats === 0;
    return [];
  };
  const { member } = playedMember(played, { onAssigned });
  await member.start();
  await until(() => played.heartbeats > 0);
  expect(played.isGone).toBe(true);
  played.isGone = false;
  await until(() => played.heartbeats > 1);
  await member.leave();
  expect({ heartbeats: played.heartbeats, joins: played.joins }).toEqual({ heartbeats: 2, joins: 1 });
}, 20_000);
