import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics, topicSpec } from '@waybill/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readAll } from '../contract/append.contract.ts';
import { message } from '../contract/log-under-test.ts';
import type { RecordBatch } from '../message-log.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteMessageLog } from './sqlite-message-log.ts';

const day = 24 * 3_600_000;
// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let now: number;
let journal: SqliteJournal;
let log: SqliteMessageLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-retention-'));
  now = 1_000 * day;
  open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

function open(): void {
  journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
  log = new SqliteMessageLog({ journal, partitions: 1, now: () => now });
}
async function close(): Promise<void> {
  await log.close();
  await journal.close();
}
const reopen = () => close().then(open);
const rows = () => Number(journal.db.prepare('SELECT count(*) AS n FROM batches').get()!['n']);
const keysAndValues = async (topic: string, count: number) =>
  (await readAll(log, topic, count)).records.map(({ offset, key, value }) => [offset, key, value]);

it('drops what is older than its topic keeps, and never gives an offset again', async () => {
  const kept = topicSpec('tasks.a').retentionMs!;
  for (let at = 0; at < 100; at++) await log.append([message('tasks.a', 'old')]);
  now += kept - 1;
  await log.append([message('tasks.a', 'young')]);
  await log.housekeep();
  expect((await readAll(log, 'tasks.a', 101)).records).toHaveLength(101);
  now += 2;
  await log.housekeep();
  expect((await readAll(log, 'tasks.a', 1)).records.map(({ key, offset }) => [key, offset])).toEqual([['young', 100]]);
  now += kept;
  await log.housekeep();
  expect(rows()).toBe(0);
  await reopen();
  expect(await log.endOffsets('tasks.a')).toEqual([101]);
  expect((await log.append([message('tasks.a', 'k')]))[0]!.offset).toBe(101);
});

it('keeps the log of record for ever', async () => {
  await log.append([{ ...message(topics.planEvents, 'plan'), partition: 0 }]);
  now += 10_000 * day;
  await log.housekeep();
  expect((await readAll(log, topics.planEvents, 1)).records).toHaveLength(1);
});

it('takes a reader that lags longer than that to the new start', async () => {
  await log.append([message('tasks.a', 'old')]);
  const keys: string[] = [];
  let arrived = (): void => undefined;
  const young = new Promise<void>((resolve) => (arrived = resolve));
  const membership = await log.join({
    group: 'slow',
    topics: ['tasks.a'],
    coPartitioned: false,
    from: 'start',
    onAssigned: async () => {
      now += 8 * day;
      await log.append([message('tasks.a', 'young')]);
      await log.housekeep();
      return [];
    },
    onRevoked: () => Promise.resolve(),
    onRecords: ({ records }) => {
      keys.push(...records.map(({ key }) => key));
      if (keys.includes('young')) arrived();
    },
  });
  await young;
  expect(keys).toEqual(['young']);
  await membership.leave();
});

it('gives back the space of what was truncated', async () => {
  for (let at = 0; at < 10; at++) await log.append([message('tasks.a', String(at))]);
  await log.truncateBefore({ topic: 'tasks.a', partition: 0, offset: 7 });
  await log.housekeep();
  expect(rows()).toBe(3);
  await reopen();
  expect((await readAll(log, 'tasks.a', 3)).records.map(({ key }) => key)).toEqual(['7', '8', '9']);
});

it('leaves the latest record of each key of the registry, at its offset', async () => {
  await log.append(['a', 'b', 'c'].map((key) => message(topics.registry, key, `${key}1`)));
  await log.append(['b', 'd'].map((key) => message(topics.registry, key, `${key}2`)));
  await log.append([message(topics.registry, 'd', 'd3')]);
  await log.housekeep();
  await reopen();
  expect(await keysAndValues(topics.registry, 4)).toEqual([
    [0, 'a', 'a1'],
    [2, 'c', 'c1'],
    [3, 'b', 'b2'],
    [5, 'd', 'd3'],
  ]);
  expect(await log.endOffsets(topics.registry)).toEqual([6]);
});

it('keeps a tombstone for a day, and the end when it was the last record', async () => {
  await log.append([message(topics.registry, 'a', 'a1'), message(topics.registry, 'a', null)]);
  await log.housekeep();
  expect(await keysAndValues(topics.registry, 1)).toEqual(expect.arrayContaining([[1, 'a', null]]));
  now += 2 * day;
  await log.housekeep();
  expect(rows()).toBe(0);
  await reopen();
  expect(await log.endOffsets(topics.registry)).toEqual([2]);
  const [position] = await log.append([message(topics.registry, 'b', 'b1')]);
  expect(position!.offset).toBe(2);
  expect(await keysAndValues(topics.registry, 1)).toEqual([[2, 'b', 'b1']]);
});

it('tells who reads from the start where it goes on when nothing is left', async () => {
  for (let at = 0; at < 3; at++) await log.append([message('tasks.a', 'old')]);
  await log.truncateBefore({ topic: 'tasks.a', partition: 0, offset: 3 });
  const told: [number, number][] = [];
  const onRecords = ({ records, nextOffset }: RecordBatch): void => void told.push([records.length, nextOffset]);
  const tail = await log.tail({ topics: ['tasks.a'], from: 'start', onRecords });
  await vi.waitFor(() => expect(told).toEqual([[0, 3]]));
  await log.append([message('tasks.a', 'new')]);
  await vi.waitFor(() => expect(told.at(-1)).toEqual([1, 4]));
  await tail.close();
});
