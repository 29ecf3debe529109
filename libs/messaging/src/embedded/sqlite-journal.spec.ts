import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { message } from '../contract/log-under-test.ts';
import { SqliteJournal, type JournalOptions } from './sqlite-journal.ts';
import { SqliteMessageLog } from './sqlite-message-log.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let journal: SqliteJournal;
let commits: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-journal-'));
  commits = 0;
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<JournalOptions> = {}): void {
  const commit = (now: () => void): void => {
    now();
    commits += 1;
  };
  journal = new SqliteJournal({ file: join(folder, 'waybill.db'), commit, ...options });
  journal.db.exec('CREATE TABLE IF NOT EXISTS notes (note TEXT PRIMARY KEY, filling BLOB) STRICT');
}

const write = (note: string) => (db: DatabaseSync) => db.prepare('INSERT INTO notes (note) VALUES (?)').run(note);
const notes = () =>
  journal.db
    .prepare('SELECT note FROM notes ORDER BY note')
    .all()
    .map((row) => row['note']);
const outcomes = async (runs: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(runs)).map(({ status }) => status);

it('commits the units of one turn together', async () => {
  open();
  await Promise.all(['a', 'b', 'c'].map((note) => journal.run(write(note))));
  expect(commits).toBe(1);
  expect(notes()).toEqual(['a', 'b', 'c']);
});

it('goes on with what is queued while it commits', async () => {
  open();
  await journal.run(() => void journal.run(write('queued by a unit')));
  await journal.run(() => undefined);
  expect(notes()).toEqual(['queued by a unit']);
});

it('lets a unit that throws before it wrote reject alone', async () => {
  open();
  const refused = journal.run(() => {
    throw new Error('fenced');
  });
  expect(await outcomes([refused, journal.run(write('a'))])).toEqual(['rejected', 'fulfilled']);
  await expect(refused).rejects.toThrow('fenced');
  expect(commits).toBe(1);
});

it('takes back what a unit wrote before it threw, and keeps what the others wrote', async () => {
  open();
  const throws = journal.run((db) => {
    write('half')(db);
    throw new Error('too late');
  });
  expect(await outcomes([journal.run(write('a')), throws, journal.run(write('b'))])).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(notes()).toEqual(['a', 'b']);
});

it('takes back what a unit appended before it threw', async () => {
  open();
  const log = new SqliteMessageLog({ journal });
  const throws = journal.run(() => {
    log.appendInTransaction([message('tasks.fresh', 'lost')]);
    throw new Error('too late');
  });
  expect(await outcomes([log.append([message('tasks.kept', 'a')]), throws])).toEqual(['fulfilled', 'rejected']);
  expect((await log.endOffsets('tasks.kept')).reduce((a, b) => a + b)).toBe(1);
  expect((await log.endOffsets('tasks.fresh')).reduce((a, b) => a + b)).toBe(0);
  await log.append([message('tasks.fresh', 'there')]);
  expect((await log.endOffsets('tasks.fresh')).reduce((a, b) => a + b)).toBe(1);
  await log.close();
});

it('rejects all of a transaction that the disk does not take, keeps nothing of it, and stays usable', async () => {
  open();
  const log = new SqliteMessageLog({ journal });
  await log.append([message('tasks.a', 'k', 'before')]);
  const pages = Number(journal.db.prepare('PRAGMA page_count').get()!['page_count']);
  journal.db.exec(`PRAGMA max_page_count = ${String(pages + 3)}`);
  const runs = [
    log.append([message('tasks.a', 'k', 'x'.repeat(200_000))]),
    log.append([message('tasks.a', 'k', 'small')]),
  ];
  expect(await outcomes(runs)).toEqual(['rejected', 'rejected']);
  await expect(runs[0]).rejects.toMatchObject({ code: 'log_unavailable', retryable: true });
  await expect(runs[1]).rejects.toThrow(/waybill\.db.*disk is full/);
  journal.db.exec('PRAGMA max_page_count = 1000000');
  const [position] = await log.append([message('tasks.a', 'k', 'after')]);
  expect(position!.offset).toBe(1);
  await log.close();
});

it('rejects with log_unavailable when COMMIT fails, and nothing of it is there', async () => {
  let fails = true;
  open({
    commit: (commit) => {
      if (fails) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
      commit();
    },
  });
  await expect(journal.run(write('a'))).rejects.toMatchObject({ code: 'log_unavailable' });
  fails = false;
  await journal.run(write('b'));
  expect(notes()).toEqual(['b']);
});

it('shows nobody a record before its commit has returned', async () => {
  let atCommit = (): void => undefined;
  open({
    commit: (commit) => {
      atCommit();
      commit();
      atCommit();
    },
  });
  const log = new SqliteMessageLog({ journal, partitions: 1 });
  const seen: unknown[] = [];
  const tail = await log.tail({
    topics: ['tasks.a'],
    from: 'start',
    onRecords: ({ records }) => void seen.push(...records),
  });
  let looked = 0;
  let settled = false;
  atCommit = () => {
    looked += 1;
    expect([seen.length, settled, log.readBatch('tasks.a', 0, 0)]).toEqual([0, false, undefined]);
  };
  const appended = log.append([message('tasks.a', 'k')]).then(() => (settled = true));
  await appended;
  expect(looked).toBe(2);
  expect(seen).toHaveLength(1);
  expect(log.readBatch('tasks.a', 0, 0)?.records).toHaveLength(1);
  atCommit = () => undefined;
  await tail.close();
  await log.close();
});

it('shows nothing of an append whose flush is held', async () => {
  const held: (() => void)[] = [];
  open({ schedule: (flush) => held.push(flush) });
  const log = new SqliteMessageLog({ journal, partitions: 1 });
  const release = () => held.splice(0).forEach((flush) => flush());
  const making = log.partitions('tasks.a');
  release();
  await making;
  let settled = false;
  const appended = log.append([message('tasks.a', 'k')]).then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([settled, await log.endOffsets('tasks.a')]).toEqual([false, [0]]);
  release();
  await appended;
  expect(await log.endOffsets('tasks.a')).toEqual([1]);
});

it('shows nobody a record before it is synced, and begins no transaction meanwhile', async () => {
  const held: (() => void)[] = [];
  let holds = false;
  const sync = async (now: () => Promise<void>): Promise<void> => {
    if (holds) await new Promise<void>((resolve) => held.push(resolve));
    await now();
  };
  open({ sync });
  const log = new SqliteMessageLog({ journal, partitions: 1 });
  await log.partitions('tasks.a');
  const before = commits;
  let settled = 0;
  const append = () => log.append([message('tasks.a', 'k')]).then(() => (settled += 1));
  holds = true;
  const first = append();
  await vi.waitUntil(() => held.length === 1);
  const second = append();
  await new Promise((resolve) => setImmediate(resolve));
  expect([settled, await log.endOffsets('tasks.a'), commits - before]).toEqual([0, [0], 1]);
  holds = false;
  held[0]!();
  await Promise.all([first, second]);
  expect([settled, await log.endOffsets('tasks.a'), commits - before]).toEqual([2, [2], 2]);
  await log.close();
});

it('takes nothing any more once a sync has failed, tells it once, and goes on with what is there when it is opened anew', async () => {
  const told: unknown[] = [];
  let fails = false;
  const meanwhile: Promise<unknown>[] = [];
  const sync = (now: () => Promise<void>) => {
    if (!fails) return now();
    meanwhile.push(journal.run(write('queued while it is synced')));
    return Promise.reject(new Error('EIO: i/o error, fdatasync'));
  };
  open({ sync, onBroken: (error) => told.push(error) });
  await journal.run(write('a'));
  fails = true;
  const doubtful = journal.run(write('b'));
  await expect(doubtful).rejects.toMatchObject({ code: 'log_unavailable', message: expect.stringContaining('EIO') });
  await expect(meanwhile[0]).rejects.toMatchObject({ code: 'log_unavailable' });
  fails = false;
  await expect(journal.run(write('c'))).rejects.toThrow(/start the platform again/);
  expect(told).toHaveLength(1);
  await journal.close();
  open();
  await journal.run(write('d'));
  expect(notes()).toEqual(expect.arrayContaining(['a', 'd']));
  expect(notes()).not.toContain('c');
});

it.each([1, 40])('writes a transaction of %i units', async (units) => {
  open();
  await Promise.all(Array.from({ length: units }, (_, at) => journal.run(write(`note ${String(at)}`))));
  expect([commits, notes().length]).toEqual([1, units]);
});

it('commits what is queued when it is closed, and refuses what comes later', async () => {
  open();
  const run = journal.run(write('a'));
  await journal.close();
  await expect(run).resolves.toBeDefined();
  await expect(journal.run(write('b'))).rejects.toMatchObject({ code: 'log_unavailable' });
  open();
  expect(notes()).toEqual(['a']);
});
