/** A partition that cannot be taken for long (its store is away, or the log is not of one piece with it) holds up neither the others nor the group. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedMember, until } from '../../testing/played-member.ts';

it('joins anew and goes on with one partition while what has come of another one waits', async () => {
  const played = new PlayedCluster();
  let isAway = true;
  const { member, happened } = playedMember(played, {
    onAssigned: async ([claim]) => {
      if (claim!.partition === 1 && isAway) throw new Error('its store is away');
      return [];
    },
    onRevoked: async () => {},
  });
  for (const partition of [0, 1]) played.append(partition, `first of ${partition}`);
  await member.start();
  await until(() => happened.includes('first of 0'));
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.joins === 2);
  played.append(0, 'second of 0');
  await until(() => happened.includes('second of 0'));
  const before = new Set(happened);
  isAway = false;
  await until(() => happened.includes('first of 1'));
  await member.leave();
  expect(played.joins).toBe(2);
  expect([...before].toSorted()).toEqual(['first of 0', 'second of 0']);
  expect(happened).toContain('first of 1');
}, 20_000);
