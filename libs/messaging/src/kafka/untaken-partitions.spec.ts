/** A partition that cannot be taken for long (its store is away, or the log is not of one piece with it) holds up neither the others nor the group. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PlayedCluster } from '../testing/played-cluster.ts';
import { playedTopic as topic } from '../testing/played-coordinator.ts';
import { KafkaMember } from './kafka-member.ts';

async function until(holds: () => boolean, ms = 6_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) await sleep(5);
}

it('joins anew and goes on with one partition while what has come of another one waits', async () => {
  const played = new PlayedCluster();
  const happened: string[] = [];
  let isAway = true;
  const member = new KafkaMember(
    {
      group: 'read-model',
      topics: [topic],
      coPartitioned: false,
      from: 'start',
      onAssigned: async ([claim]) => {
        if (claim!.partition === 1 && isAway) throw new Error('its store is away');
        return [];
      },
      onRevoked: async () => {},
      onRecords: ({ records }) => void happened.push(...records.map(({ value }) => String(value))),
    },
    played.memberOptions,
  );
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
