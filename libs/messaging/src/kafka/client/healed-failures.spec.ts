/** Heartbeats of which one fails now and then. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

it('a member that failed and was well again in between does not break down, however often that was', async () => {
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

it('a member that is not well in between breaks down', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(String(error));
  const { member } = await joined(played, { sessionTimeoutMs: 6_000, onTrouble });
  played.refused.heartbeat.push(...Array.from({ length: 6 }, () => 'GROUP_LOAD_IN_PROGRESS'));
  await until(() => troubles.length === 1, 30_000);
  await member.leave();
  expect(troubles).toEqual(['KafkaJSNumberOfRetriesExceeded: GROUP_LOAD_IN_PROGRESS']);
}, 60_000);
