import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

/** `cannotLeave`: its broker is gone, so the group still has it. */
async function breakDown(played: PlayedCluster, cannotLeave: boolean): Promise<void> {
  const { joins } = played;
  if (cannotLeave) played.refused.leaveGroup.push('NOT_COORDINATOR_FOR_GROUP');
  played.isFatal = true;
  await until(() => played.isConnected === false);
  played.isFatal = false;
  await until(() => played.joins > joins);
}

it('who broke down without leaving joins as the member that it was', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played);
  await breakDown(played, true);
  await member.leave();
  expect(played.joinedAs).toEqual(['', 'm']);
}, 20_000);

it('who has left joins as a new member', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played);
  await breakDown(played, false);
  await member.leave();
  expect(played.joinedAs).toEqual(['', '']);
}, 20_000);

it('who is unknown by then joins as a new member, at once', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played);
  played.refused.joinGroup.push('UNKNOWN_MEMBER_ID');
  await breakDown(played, true);
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
