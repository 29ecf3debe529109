/** A coordinator that has just been started: who is sent away by one request and then by another is still a member when the third comes. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, until } from '../../testing/played-member.ts';

it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
  'who is told %s and then cannot join at once joins before it fetches anything more',
  async (why) => {
    const played = new PlayedCluster();
    const { member, happened } = await joined(played);
    played.refused.joinGroup.push('GROUP_LOAD_IN_PROGRESS');
    played.refused.heartbeat.push(why);
    await until(() => played.refused.joinGroup.length === 0);
    played.append(1, 'after');
    await until(() => happened.includes('after'));
    await member.leave();
    expect(played.joins).toBe(2);
    expect(happened).toContain('after');
    expect(happened.filter((what) => what === 'assigned 1')).toHaveLength(2);
  },
  20_000,
);

it('who is no member any more hands its partitions back before it joins again, however long that takes', async () => {
  const played = new PlayedCluster();
  const { member, happened } = await joined(played);
  const others = Promise.withResolvers<void>();
  played.beforeJoining = () => others.promise;
  played.refused.heartbeat.push('UNKNOWN_MEMBER_ID');
  await until(() => happened.includes('revoked 0') && happened.includes('revoked 1'));
  expect({ joins: played.joins, happened: happened.slice(2).toSorted() }).toEqual({
    joins: 1,
    happened: ['revoked 0', 'revoked 1'],
  });
  others.resolve();
  await until(() => happened.length === 6);
  await member.leave();
  expect(happened.filter((what) => what === 'assigned 1')).toHaveLength(2);
}, 20_000);
