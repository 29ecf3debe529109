/** What a group has committed lies beyond the end of its log, as after a log was restored from an older copy. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedMember, until } from '../../testing/played-member.ts';

it('keeps what is committed and reads nothing there, and reads the other partitions', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  for (const partition of [0, 1]) played.append(partition, `of ${partition}`);
  played.committed.set(1, '100');
  const { member, happened: read } = playedMember(
    played,
    { onAssigned: async () => [], onRevoked: async () => {} },
    { onTrouble: (error) => void troubles.push(String(error)) },
  );
  await member.start();
  await until(() => troubles.length >= 4 && read.length > 0);
  await member.leave();
  expect(read).toEqual(['of 0']);
  expect(played.committed.get(1)).toBe('100');
  expect(troubles[0]).toContain('ends at 1, and what is stored of it reaches to 100');
}, 20_000);
