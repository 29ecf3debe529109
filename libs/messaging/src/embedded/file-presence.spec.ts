import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PlatformError } from '@waybill/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteJournal } from './sqlite-journal.ts';

let folder: string;
let file: string;
let journal: SqliteJournal;
let told: PlatformError[];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folder = mkdtempSync(join(tmpdir(), 'waybill-presence-'));
  file = join(folder, 'waybill.db');
  told = [];
  journal = new SqliteJournal({ file, onBroken: (error) => told.push(error) });
  await journal.run((db) => db.exec("CREATE TABLE notes (note TEXT) STRICT; INSERT INTO notes VALUES ('kept')"));
});
afterEach(async () => {
  vi.useRealTimers();
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});
const write = (): Promise<unknown> => journal.run((db) => db.exec("INSERT INTO notes VALUES ('more')"));

// Windows lets nobody remove a file that is open.
describe.skipIf(process.platform === 'win32')('a journal in use', () => {
  it.each([
    ['its file is removed', () => rmSync(file)],
    ['its folder is removed', () => rmSync(folder, { recursive: true })],
    ['its folder is moved', () => renameSync(folder, `${folder}-moved`)],
    [
      'its file is replaced',
      () => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
  ])('takes nothing more once %s, and says so', async (_what, harm) => {
    harm();
    vi.advanceTimersByTime(1_000);
    expect(told.map(({ detail }) => detail)).toEqual([expect.stringContaining(`${file} was removed or replaced`)]);
    await expect(write()).rejects.toMatchObject({ code: 'log_unavailable' });
    rmSync(`${folder}-moved`, { recursive: true, force: true });
  });

  it('saves what was in its write-ahead log when that alone is removed', async () => {
    rmSync(`${file}-wal`);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
    copyFileSync(file, join(folder, 'copy.db'));
    const copy = new DatabaseSync(join(folder, 'copy.db'));
    expect(copy.prepare('SELECT note FROM notes').all()).toEqual([{ note: 'kept' }]);
    copy.close();
  });
});

it('goes on while both are there', async () => {
  vi.advanceTimersByTime(10_000);
  await write();
  expect(told).toEqual([]);
});
