/** Heartbeats of which one fails now and then. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

it('a member that failed and was well again in between stays one, however often that was', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(String(error));
  const { member } = await joined(played, { sessionTimeoutMs: 1_500, onTrouble });
  for (let times = 0; times < 8; times += 1) {
    const { heartbeats } = played;
    played.isGone = true;
    await until(() => played.heartbeats > heartbeats);
    played.isGone = false;
    await until(() => played.heartbeats >= heartbeats + 3);
  }
  const { joins, leaves } = played;
  await member.leave();
  expect({ troubles, joins, leaves }).toEqual({ troubles: [], joins: 1, leaves: 0 });
  expect(played.leaves).toBe(1);
}, 60_000);

it.each(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS'])(
  'a member that is told %s goes on with what it holds',
  async (why) => {
    const played = new PlayedCluster();
    const { member, happened } = await joined(played, { sessionTimeoutMs: 600 });
    played.refused.heartbeat.push(why, why);
    await until(() => played.refused.heartbeat.length === 0);
    const { heartbeats } = played;
    await until(() => played.heartbeats >= heartbeats + 3);
    expect({ joins: played.joins, happened: happened.length }).toEqual({ joins: 1, happened: 2 });
    await member.leave();
  },
  20_000,
);

it('a member that is not well for a session says so, hands back what it holds, and joins anew', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(String(error));
  const { member, happened } = await joined(played, { sessionTimeoutMs: 600, onTrouble });
  played.refused.heartbeat.push(...Array.from({ length: 20 }, () => 'GROUP_LOAD_IN_PROGRESS'));
  await until(() => happened.length === 6);
  await member.leave();
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain(
    'of read-model has answered for 600 ms, so what is held of it is handed back: The coor',
  );
  expect(happened.filter((what) => what.endsWith('1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1', 'revoked 1']);
}, 60_000);
