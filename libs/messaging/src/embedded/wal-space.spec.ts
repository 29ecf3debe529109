import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkWal } from './wal-check.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { fillWithZeros, walBytes } from './wal-space.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-wal-space-'));
  file = join(folder, 'waybill.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('leaves what is there and adds zeros up to the size', () => {
  writeFileSync(file, 'frames');
  fillWithZeros(file, 40_000);
  const bytes = readFileSync(file);
  expect([bytes.length, bytes.toString('latin1', 0, 6)]).toEqual([40_000, 'frames']);
  expect(bytes.subarray(6).every((byte) => byte === 0)).toBe(true);
});

it('never shortens a file', () => {
  writeFileSync(file, 'x'.repeat(50));
  fillWithZeros(file, 40);
  expect(readFileSync(file, 'latin1')).toBe('x'.repeat(50));
});

it('is done before the first commit, and commits write over it', async () => {
  const journal = new SqliteJournal({ file });
  expect(statSync(`${file}-wal`).size).toBe(walBytes);
  journal.db.exec('CREATE TABLE notes (note BLOB)');
  const write = () => journal.run((db) => db.prepare('INSERT INTO notes VALUES (?)').run(new Uint8Array(200_000)));
  for (let at = 0; at < 20; at++) await write();
  const { log } = journal.db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number };
  expect(log).toBeGreaterThan(20 * 48);
  expect(statSync(`${file}-wal`).size).toBe(walBytes);
  await journal.close();
});

it('is taken for an empty log, whole or in part, and frames without their head are not', async () => {
  fillWithZeros(`${file}-wal`, walBytes);
  expect(checkWal(`${file}-wal`)).toBe('sound');
  const journal = new SqliteJournal({ file });
  for (const table of ['a', 'b', 'c']) journal.db.exec(`CREATE TABLE ${table} (x)`);
  const bytes = readFileSync(`${file}-wal`);
  await journal.close();
  const copy = join(folder, 'copy-wal');
  writeFileSync(copy, bytes);
  expect(checkWal(copy)).toBe('sound');
  writeFileSync(copy, bytes.fill(0, 0, 32));
  expect(checkWal(copy)).toBe('damaged');
  writeFileSync(copy, '');
  appendFileSync(copy, new Uint8Array(70_000));
  expect(checkWal(copy)).toBe('sound');
});
