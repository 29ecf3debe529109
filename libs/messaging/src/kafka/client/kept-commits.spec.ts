/** What a group has committed lies beyond the end of its log, as after a log was restored from an older copy. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic as topic } from '../../testing/played-coordinator.ts';
import { KafkaMember } from '../kafka-member.ts';

async function until(holds: () => boolean, ms = 6_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) await sleep(5);
}

it('keeps what is committed and reads nothing there, and reads the other partitions', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  const read: string[] = [];
  for (const partition of [0, 1]) played.append(partition, `of ${partition}`);
  played.committed.set(1, '100');
  const member = new KafkaMember(
    {
      group: 'read-model',
      topics: [topic],
      coPartitioned: false,
      from: 'start',
      onAssigned: async () => [],
      onRevoked: async () => {},
      onRecords: ({ records }) => void read.push(...records.map(({ value }) => String(value))),
    },
    { ...played.memberOptions, onTrouble: (error) => void troubles.push(String(error)) },
  );
  await member.start();
  await until(() => troubles.length >= 4 && read.length > 0);
  await member.leave();
  expect(read).toEqual(['of 0']);
  expect(played.committed.get(1)).toBe('100');
  expect(troubles[0]).toContain('ends at 1, and what is stored of it reaches to 100');
}, 20_000);
