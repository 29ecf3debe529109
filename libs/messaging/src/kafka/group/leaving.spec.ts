/** Leaving a group that has not taken the member in yet: at its beginning, or again after its coordinator was silent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, playedMember, until } from '../../testing/played-member.ts';

function slow() {
  const played = new PlayedCluster();
  const others = Promise.withResolvers<void>();
  let waiting = 0;
  const wait = (): Promise<void> => {
    waiting += 1;
    return others.promise;
  };
  return { played, wait, isWaiting: () => waiting > 0, end: others.resolve };
}

const sessionTimeoutMs = 600;

/** All that it asks for after its end would be there by then. */
async function asksForNothing(played: PlayedCluster): Promise<void> {
  const { length } = played.fetchesAt2;
  const { heartbeats, rounds } = played;
  played.append(1, 'after');
  await sleep(600);
  expect(played.fetchesAt2).toHaveLength(length);
  expect({ heartbeats: played.heartbeats, rounds: played.rounds }).toEqual({ heartbeats, rounds });
}

it('a member leaves the group that takes it in after its end', async () => {
  const { played, wait, isWaiting, end } = slow();
  played.beforeJoining = wait;
  const { member } = playedMember(played, {}, { sessionTimeoutMs });
  const started = member.start();
  await until(isWaiting);
  await member.leave();
  end();
  await started;
  await until(() => !played.isConnected);
  const { joins, leaves, isConnected } = played;
  expect({ joins, leaves, isConnected }).toEqual({ joins: 1, leaves: 1, isConnected: false });
  await asksForNothing(played);
}, 20_000);

it('a member that is to join again after its coordinator was silent leaves as soon as it is taken in', async () => {
  const { played, wait, isWaiting, end } = slow();
  const { member } = await joined(played, { sessionTimeoutMs });
  played.beforeJoining = wait;
  played.isGone = true;
  await until(isWaiting);
  await member.leave();
  end();
  await until(() => played.joins === 2 && played.leaves === 1);
  expect({ joins: played.joins, leaves: played.leaves }).toEqual({ joins: 2, leaves: 1 });
  await asksForNothing(played);
}, 20_000);

it('a member that ends while it connects never joins', async () => {
  const { played, wait, isWaiting, end } = slow();
  played.beforeConnecting = wait;
  const { member } = playedMember(played, {}, { sessionTimeoutMs });
  const started = member.start();
  await until(isWaiting);
  await member.leave();
  end();
  await started;
  expect(played.joins).toBe(0);
  await until(() => played.connected.size === 0);
  expect(played.connected.size).toBe(0);
}, 20_000);

it('a member that hears of a rebalance while it leaves does not join once more before', async () => {
  const { played, wait, end } = slow();
  const { member, happened } = await joined(played, { sessionTimeoutMs });
  const { heartbeats } = played;
  played.freezeCoordinator();
  await until(() => played.heartbeats > heartbeats);
  played.beforeJoining = wait;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  let isLeft = false;
  const left = member.leave().then(() => (isLeft = true));
  await until(() => happened.length === 4);
  played.thawCoordinator();
  await until(() => isLeft);
  expect({ isLeft, joinedAs: played.joinedAs, leaves: played.leaves }).toEqual({
    isLeft: true,
    joinedAs: [''],
    leaves: 1,
  });
  end();
  await left;
}, 20_000);

it('a member that ends while its coordinator is looked for never joins, and leaves no connection', async () => {
  const { played, wait, isWaiting, end } = slow();
  played.beforeFinding = wait;
  const { member } = playedMember(played, {}, { sessionTimeoutMs });
  const started = member.start();
  await until(isWaiting);
  await member.leave();
  end();
  await started;
  await asksForNothing(played);
  expect({ joinedAs: played.joinedAs, isConnected: played.isConnected }).toEqual({ joinedAs: [], isConnected: false });
}, 20_000);

it('a member that has only been given its name leaves by that name: the group would wait for it', async () => {
  const { played, wait, isWaiting, end } = slow();
  played.isNaming = true;
  played.beforeJoining = async () => {
    if (played.joinedAs.length === 1) return;
    await wait();
    throw Object.assign(new Error('Connection ended'), { name: 'KafkaJSConnectionError' });
  };
  const { member } = playedMember(played, {}, { sessionTimeoutMs });
  const started = member.start();
  await until(isWaiting);
  const left = member.leave();
  end();
  await Promise.all([left, started]);
  expect({ joinedAs: played.joinedAs, leftAs: played.leftAs }).toEqual({ joinedAs: ['', 'm'], leftAs: ['m'] });
}, 20_000);

it('a member that the group no longer knows when it leaves has left, and nothing is told', async () => {
  const played = new PlayedCluster();
  const troubles: unknown[] = [];
  const { member } = await joined(played, { onTrouble: (error) => troubles.push(error) });
  played.refused.leaveGroup.push('UNKNOWN_MEMBER_ID');
  await member.leave();
  expect({ leftAs: played.leftAs, troubles }).toEqual({ leftAs: ['m'], troubles: [] });
}, 20_000);

it('a member that leaves while it looks for a topic to deal out looks no more', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs });
  played.count = 0;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joins === 2);
  await member.leave();
  await asksForNothing(played);
  expect({ isConnected: played.isConnected, leaves: played.leaves }).toEqual({ isConnected: false, leaves: 1 });
}, 20_000);

it.each(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS'])(
  'a member that is told %s when it leaves asks again: until its session is over others would get nothing of what it had',
  async (why) => {
    const played = new PlayedCluster();
    const troubles: unknown[] = [];
    const { member } = await joined(played, { onTrouble: (error) => troubles.push(error) });
    played.refused.leaveGroup.push(why, why);
    const { searches } = played;
    await member.leave();
    expect({ leaves: played.leaves, searches: played.searches - searches, troubles }).toEqual({
      leaves: 1,
      searches: 2,
      troubles: [],
    });
  },
  20_000,
);

it('a member whose group nobody has for a session leaves no question behind, and says so', async () => {
  const played = new PlayedCluster();
  const troubles: unknown[] = [];
  const { member } = await joined(played, { sessionTimeoutMs, onTrouble: (error) => troubles.push(error) });
  played.refused.leaveGroup.push(...Array.from({ length: 50 }, () => 'GROUP_COORDINATOR_NOT_AVAILABLE'));
  await member.leave();
  await until(() => troubles.length === 1 && !played.isConnected);
  expect(String(troubles[0])).toContain('coordinator');
  await asksForNothing(played);
}, 20_000);
