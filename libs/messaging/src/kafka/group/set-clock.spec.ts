/** The clock of a member's machine is put back: its group, which has its own clock, hears of it all the same. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

const hour = 3_600_000;

function settableClock() {
  const now = Date.now;
  const wall = { ahead: 0 };
  vi.spyOn(Date, 'now').mockImplementation(() => now() + wall.ahead);
  onTestFinished(() => void vi.restoreAllMocks());
  return wall;
}

it('sends its heartbeats as before', async () => {
  const wall = settableClock();
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs: 600 });
  await until(() => played.heartbeats > 0);
  wall.ahead = -hour;
  const { heartbeats } = played;
  await until(() => played.heartbeats >= heartbeats + 4);
  await member.leave();
  expect(played.heartbeats).toBeGreaterThanOrEqual(heartbeats + 4);
}, 20_000);

it('hands its partitions back after a session when it cannot even connect', async () => {
  const wall = settableClock();
  const played = new PlayedCluster();
  const { member, happened } = await joined(played, { sessionTimeoutMs: 600 });
  wall.ahead = -hour;
  played.isGone = true;
  await until(() => happened.length === 6);
  await member.leave();
  expect(happened.filter((what) => what.endsWith('1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1', 'revoked 1']);
}, 20_000);
