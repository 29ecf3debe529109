import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

/** Nothing is heard of its coordinator for a session, so it joins anew. */
async function lose(played: PlayedCluster): Promise<void> {
  const { joins } = played;
  played.isGone = true;
  await until(() => played.joins > joins);
}

it('who has not heard of its coordinator for a session joins as the member that it was', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs: 600 });
  await lose(played);
  await member.leave();
  expect(played.joinedAs).toEqual(['', 'm']);
}, 20_000);

it('who is unknown by then joins as a new member, at once', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs: 600 });
  played.refused.joinGroup.push('UNKNOWN_MEMBER_ID');
  await lose(played);
  await member.leave();
  expect(played.joinedAs).toEqual(['', 'm', '']);
}, 20_000);

it('who was told that it is unknown does not insist', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played);
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  await until(() => played.joins === 2);
  await member.leave();
  expect(played.joinedAs).toEqual(['', '']);
}, 20_000);
