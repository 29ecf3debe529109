import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SqlThread } from './sql-thread.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let db: DatabaseSync;
let thread: SqlThread;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-sql-thread-'));
  const path = join(folder, 'notes.db');
  db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)');
  thread = new SqlThread({ path, pragmas: 'PRAGMA synchronous = NORMAL;' });
});
afterEach(async () => {
  await thread.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const insert = (id: number, note = 'x') => ({ sql: 'INSERT INTO notes VALUES (?, ?)', params: [id, note] });
const ids = () =>
  db
    .prepare('SELECT id FROM notes ORDER BY id')
    .all()
    .map((row) => row['id']);

it('answers how many rows each statement changed, and who reads then sees them', async () => {
  const update = { sql: 'UPDATE notes SET note = ?', params: ['y'] };
  expect(await thread.transact([insert(1), insert(2), update, insert(3)])).toEqual([1, 1, 2, 1]);
  expect(ids()).toEqual([1, 2, 3]);
  expect(await thread.transact([])).toEqual([]);
});

it('keeps all of a large transaction, or nothing', async () => {
  const large = Array.from({ length: 50 }, (_, id) => insert(id, 'x'.repeat(50_000)));
  await expect(thread.transact([...large, insert(7), ...large])).rejects.toThrow(/UNIQUE/);
  expect(ids()).toEqual([]);
  expect(await thread.transact(large)).toHaveLength(50);
  expect(ids()).toHaveLength(50);
});

it('runs transactions in order, also after one that failed', async () => {
  const wrong = { sql: 'INSERT INTO nowhere VALUES (1)', params: [] };
  const outcomes = await Promise.allSettled([
    thread.transact([insert(1)]),
    thread.transact([insert(2), wrong]),
    thread.transact([{ sql: 'DELETE FROM notes WHERE id = ?', params: [1] }]),
    thread.transact([insert(3)]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(ids()).toEqual([3]);
});

it('rejects what runs when its thread dies, and goes on with another', async () => {
  const nowhere = new SqlThread({ path: join(folder, 'none', 'notes.db'), pragmas: '' });
  await expect(nowhere.transact([insert(1)])).rejects.toThrow(/unable to open/);
  await expect(nowhere.transact([insert(1)])).rejects.toThrow(/unable to open/);
  await nowhere.close();
});

it('finishes what runs before it closes', async () => {
  const written = thread.transact([insert(1)]);
  await thread.close();
  expect(await written).toEqual([1]);
});
