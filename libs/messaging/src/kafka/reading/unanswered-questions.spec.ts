/** A cluster that does not answer for minutes where reading begins: nobody who leaves, and no later assignment, waits for that. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedMember, until } from '../../testing/played-member.ts';

function memberOf(played: PlayedCluster) {
  let isFailing = false;
  const onRecords = (): void => {
    if (isFailing) throw new Error('its append was refused');
  };
  return { ...playedMember(played, { onRecords }), fail: () => (isFailing = true) };
}

/** The first `count` questions are never answered. */
function silence(played: PlayedCluster, count = Infinity) {
  let asked = 0;
  played.beforeAnswering = () => {
    asked += 1;
    return asked > count ? Promise.resolve() : new Promise<void>(() => {});
  };
  return { until: () => until(() => asked > 0) };
}

it('leaves while its first assignment is asked for', async () => {
  const played = new PlayedCluster();
  const silent = silence(played);
  const { member, happened } = memberOf(played);
  await member.start();
  await silent.until();
  await member.leave();
  expect({ happened, leaves: played.leaves }).toEqual({ happened: [], leaves: 1 });
});

it('leaves while a partition that failed is asked for anew', async () => {
  const played = new PlayedCluster();
  const { member, happened, fail } = memberOf(played);
  await member.start();
  await until(() => happened.length === 2);
  fail();
  const silent = silence(played);
  played.append(1, 'refused');
  await silent.until();
  await member.leave();
  expect(happened.toSorted()).toEqual(['assigned 0', 'assigned 1', 'revoked 0', 'revoked 1']);
  expect(played.leaves).toBe(1);
});

it('takes the next assignment while the one before is asked for', async () => {
  const played = new PlayedCluster();
  const silent = silence(played, 1);
  const { member, happened } = memberOf(played);
  await member.start();
  await silent.until();
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => happened.length === 2);
  expect(happened.toSorted()).toEqual(['assigned 0', 'assigned 1']);
  await member.leave();
});
