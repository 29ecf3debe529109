/** What the contract of the log cannot show of a member, over played brokers: in which order it takes, hands back and leaves, and that it cannot begin. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PlayedCluster } from '../testing/played-cluster.ts';
import { joined, playedMember, until, type PlayedMember } from '../testing/played-member.ts';

/** One that holds both partitions, and is revoked them only once `revoke` was called. */
async function gated() {
  const played = new PlayedCluster();
  const gate = Promise.withResolvers<void>();
  const made: PlayedMember = playedMember(
    played,
    {
      onRevoked: async (partitions) => {
        made.happened.push(...partitions.map(({ partition }) => `revoking ${partition}`));
        await gate.promise;
        made.happened.push(...partitions.map(({ partition }) => `revoked ${partition}`));
      },
    },
    { sessionTimeoutMs: 600 },
  );
  const { member, happened } = made;
  await member.start();
  await until(() => happened.length === 2);
  const some = (what: string): number => happened.filter((one) => one.startsWith(what)).length;
  const beats = async (): Promise<void> => {
    const { heartbeats } = played;
    await until(() => played.heartbeats >= heartbeats + 3);
    expect(played.heartbeats).toBeGreaterThanOrEqual(heartbeats + 3);
  };
  return { played, member, some, beats, revoke: gate.resolve };
}

it('leaves the group when everything is revoked, and stays a member until then', async () => {
  const { played, member, some, beats, revoke } = await gated();
  let isLeft = false;
  const left = member.leave().then(() => (isLeft = true));
  await until(() => some('revoking') === 2);
  await beats();
  expect({ isLeft, leaves: played.leaves }).toEqual({ isLeft: false, leaves: 0 });
  revoke();
  await left;
  expect({ revoked: some('revoked'), leaves: played.leaves }).toEqual({ revoked: 2, leaves: 1 });
}, 20_000);

it('takes nothing before everything is revoked that it held', async () => {
  const { played, member, some, beats, revoke } = await gated();
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joins === 2);
  await beats();
  expect({ joins: played.joins, assigned: some('assigned') }).toEqual({ joins: 2, assigned: 2 });
  revoke();
  await until(() => some('assigned') === 4);
  expect(some('assigned')).toBe(4);
  await member.leave();
}, 20_000);

it('takes nothing any more once it is to leave', async () => {
  const { played, member, some, beats, revoke } = await gated();
  const left = member.leave();
  await until(() => some('revoking') === 2);
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joins === 2);
  const { looks } = played;
  await beats();
  revoke();
  await left;
  expect({ joins: played.joins, assigned: some('assigned'), looks: played.looks }).toEqual({
    joins: 2,
    assigned: 2,
    looks,
  });
}, 20_000);

it('leaves no connection where it cannot begin', async () => {
  const played = new PlayedCluster();
  const ended: unknown[] = [];
  let connects = 0;
  played.beforeConnecting = async () => {
    connects += 1;
    if (connects === 2) throw new Error('no broker'); // the first is for what it reads
  };
  const { member } = playedMember(played, {}, { onEnd: (one) => ended.push(one) });
  await expect(member.start()).rejects.toThrow('no broker');
  expect([connects, played.connected.size, ended.length]).toEqual([2, 0, 1]);
});

it('says that its topic is not there, and has left', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const played = new PlayedCluster();
  played.count = 0;
  const { member } = playedMember(played);
  const answer = member.start().catch((error: { detail: string }) => error.detail);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await answer).toContain('tasks.a: This server does not host this topic-partition');
  expect([played.joins, played.connected.size]).toEqual([0, 0]);
});

it('says which setting is wrong where the brokers never let it join, and has left', async () => {
  const played = new PlayedCluster();
  played.refused.joinGroup.push('INVALID_SESSION_TIMEOUT');
  const ended: unknown[] = [];
  const { member } = playedMember(played, {}, { onEnd: (one) => ended.push(one) });
  await expect(member.start()).rejects.toMatchObject({
    code: 'invalid_configuration',
    detail: expect.stringMatching(/^KAFKA_SESSION_TIMEOUT_MS /),
  });
  expect([played.joins, played.connected.size, ended.length]).toEqual([0, 0, 1]);
});

it('does not wait for a coordinator that has not answered for a session', async () => {
  const played = new PlayedCluster();
  const answer = Promise.withResolvers<void>();
  played.beforeLeaving = () => answer.promise;
  const { member } = await joined(played, { sessionTimeoutMs: 600 });
  await member.leave();
  expect(played.leaves).toBe(0);
  answer.resolve();
  await until(() => played.leaves === 1);
  expect(played.leaves).toBe(1);
});

it('finds out with each assignment who leads: what led before may be frozen since, and nobody would say so', async () => {
  const played = new PlayedCluster();
  const brokers = played.brokers();
  let isFrozen = false;
  const findBroker: typeof brokers.findBroker = (of) =>
    isFrozen && of.nodeId === 1 ? new Promise(() => {}) : brokers.findBroker(of);
  const { member, happened } = await joined(played, { brokers: { ...brokers, findBroker } });
  played.beforeJoining = async () => {
    await sleep(700); // what was fetched has ended
    isFrozen = true;
    played.moveLeader();
  };
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => isFrozen);
  played.append(0, 'read elsewhere');
  await until(() => happened.includes('read elsewhere'));
  expect(happened).toContain('read elsewhere');
  await member.leave();
}, 20_000);
