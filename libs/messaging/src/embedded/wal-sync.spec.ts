/** That the disk is really asked: a killed process cannot show it, for what it wrote stays in the kernel's memory. */
import { fdatasync, fdatasyncSync, fstatSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SqliteJournal } from './sqlite-journal.ts';
import type { DiskSync } from './wal-sync.ts';

let synced: { readonly how: string; readonly inode: number }[] = [];
const note = (how: string, handle: number): void => void synced.push({ how, inode: fstatSync(handle).ino });
const disk: DiskSync = {
  fdatasync: (handle, done) =>
    fdatasync(handle, (error) => {
      note('beside the loop', handle);
      done(error);
    }),
  fdatasyncSync: (handle) => {
    fdatasyncSync(handle);
    note('at once', handle);
  },
};

let folder: string;
let journal: SqliteJournal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-wal-sync-'));
  journal = new SqliteJournal({ file: join(folder, 'waybill.db'), disk });
  journal.db.exec('CREATE TABLE notes (note INTEGER PRIMARY KEY) STRICT');
  synced = [];
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

it.each([
  [1, 'at once'],
  [40, 'beside the loop'],
])('a transaction of %i units is synced %s, before anybody is told', async (units, how) => {
  const syncedWhenTold: number[] = [];
  const told = { gathered: 0, beforeCommit() {}, rolledBack() {}, afterwards() {} };
  journal.attach({ ...told, committed: () => void syncedWhenTold.push(synced.length) });
  const insert = (note: number) => journal.run((db) => db.prepare('INSERT INTO notes VALUES (?)').run(note));
  const runs = Array.from({ length: units }, async (_, note) => {
    await insert(note);
    return synced.length;
  });
  expect(await Promise.all(runs)).toEqual(runs.map(() => 1));
  expect(syncedWhenTold).toEqual([1]);
  expect(synced).toEqual([{ how, inode: statSync(join(folder, 'waybill.db-wal')).ino }]);
});
