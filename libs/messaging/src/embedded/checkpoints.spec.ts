import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CheckpointThread } from './checkpoint-thread.ts';
import { SqliteJournal } from './sqlite-journal.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let journal: SqliteJournal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-checkpoints-'));
  journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
  journal.db.exec('CREATE TABLE notes (note BLOB)');
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

const write = () => journal.run((db) => db.prepare('INSERT INTO notes VALUES (?)').run(new Uint8Array(200_000)));
const walState = () => journal.db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };

it('copies the whole log in its thread when nobody writes', async () => {
  await Promise.all(Array.from({ length: 10 }, write));
  expect(walState()).toMatchObject({ checkpointed: 0 });
  const thread = new CheckpointThread(journal.file);
  await new Promise<void>((resolve) => thread.run(resolve));
  const { log, checkpointed } = walState();
  expect([thread.isRunning, log > 200, checkpointed]).toEqual([false, true, log]);
  await thread.close();
});

it('keeps the log short however much is written without a pause', async () => {
  for (let at = 0; at < 600; at++) await write();
  const [file, wal] = [statSync(journal.file).size, statSync(`${journal.file}-wal`).size];
  expect(file).toBeGreaterThan(50_000_000);
  expect(wal).toBeLessThan(80_000_000);
  expect(journal.db.prepare('SELECT count(*) AS n FROM notes').get()).toEqual({ n: 600 });
});
