/** A position lies outside its log: beyond the end, as after a log was restored from an older copy, or below the oldest record, as for who was away for long. */
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

it('refuses a log that is shortened while it reads, again and again, and reads on when it is put right', async () => {
  const played = new PlayedCluster();
  const troubles: string[] = [];
  for (const value of ['a', 'b', 'c']) played.append(1, value);
  let stored = 0;
  const { member, happened } = playedMember(
    played,
    {
      onAssigned: async (claims) => claims.map((claim) => ({ ...claim, offset: claim.partition === 1 ? stored : 0 })),
      onRevoked: async () => {},
      onRecords: ({ partition, records, nextOffset }) => {
        if (partition === 1) stored = nextOffset;
        happened.push(...records.map(({ value }) => String(value)));
      },
    },
    { onTrouble: (error) => void troubles.push(String(error)) },
  );
  await member.start();
  await until(() => stored === 3);
  played.shorten(1, 1);
  const told = (): string[] =>
    troubles.filter((one) => one.includes('ends at 1, and what is stored of it reaches to 3'));
  await until(() => told().length >= 3);
  played.append(0, 'of the other');
  await until(() => happened.includes('of the other'));
  expect(happened).toEqual(['a', 'b', 'c', 'of the other']);
  for (const value of ['b', 'c', 'd']) played.append(1, value);
  await until(() => happened.includes('d'));
  await member.leave();
  expect(happened).toEqual(['a', 'b', 'c', 'of the other', 'd']);
  expect(told().length).toBeGreaterThanOrEqual(3);
  expect(played.committed.size).toBe(0);
}, 20_000);

it('goes on from the oldest record that is left', async () => {
  const played = new PlayedCluster();
  for (const value of ['a', 'b', 'c']) played.append(1, value);
  played.committed.set(1, '1');
  played.expire(1, 2);
  const { member, happened } = playedMember(played, { onAssigned: async () => [], onRevoked: async () => {} });
  await member.start();
  await until(() => happened.length > 0);
  await member.leave();
  expect(happened).toEqual(['c']);
  expect(played.committed.get(1)).toBe('1');
}, 20_000);

it('goes on where it was when the log reaches to there again by the time it is looked at', async () => {
  const played = new PlayedCluster();
  for (const value of ['a', 'b']) played.append(1, value);
  const { member, happened } = playedMember(played, { onAssigned: async () => [], onRevoked: async () => {} });
  await member.start();
  await until(() => happened.length === 2);
  const looking = Promise.withResolvers<void>();
  let isAsked = false;
  played.beforeAnswering = () => {
    isAsked = true;
    return looking.promise;
  };
  played.shorten(1, 1);
  await until(() => isAsked);
  played.append(1, 'b');
  looking.resolve();
  played.append(1, 'c');
  await until(() => happened.includes('c'));
  await member.leave();
  expect(happened).toEqual(['a', 'b', 'c']);
}, 20_000);
