import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { message, messages } from '../contract/log-under-test.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteMessageLog } from './sqlite-message-log.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-file-'));
  file = join(folder, 'waybill.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open() {
  const journal = new SqliteJournal({ file });
  const log = new SqliteMessageLog({ journal, partitions: 1 });
  return { journal, log, close: () => log.close().then(() => journal.close()) };
}

async function written(): Promise<void> {
  const { log, close } = open();
  await log.append(messages('tasks.a', 400));
  await close();
}

/** The files of a process that was killed: `commits` transactions are in the write-ahead log alone. */
async function killedAfter(commits: number): Promise<void> {
  const { log, close } = open();
  await log.partitions('tasks.a');
  for (let at = 0; at < commits; at++) await log.append([message('tasks.a', 'k', `value ${String(at)}`)]);
  const copies = [file, `${file}-wal`].map((from) => ({ from, to: `${from}.killed` }));
  for (const { from, to } of copies) copyFileSync(from, to);
  await close();
  for (const { from, to } of copies) copyFileSync(to, from);
}

/** Of the write-ahead log: behind them there are zeros. */
const bytesOfFrames = (): number => readFileSync(`${file}-wal`).findLastIndex((byte) => byte !== 0) + 1;

function change(
  path: string,
  at: number,
  by: (bytes: Buffer) => void = (bytes) => bytes.fill(0x5a, at, at + 200),
): void {
  const bytes = readFileSync(path);
  by(bytes);
  writeFileSync(path, bytes);
}

function expectRefused(code: string, detail: RegExp): void {
  const before = [file, `${file}-wal`].map((path) => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0)));
  expect(open).toThrow(expect.objectContaining({ code, detail: expect.stringMatching(detail) }));
  const after = [file, `${file}-wal`].map((path) => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0)));
  expect(after).toEqual(before);
}

it('refuses a file of a newer version', async () => {
  await written();
  change(file, 0, (bytes) => bytes.writeUInt32BE(99, 60));
  expectRefused('data_folder_newer', /waybill\.db has format 99.*newer version/);
});

it('refuses what is no database', () => {
  writeFileSync(file, 'these are my notes, not a database');
  expectRefused('data_folder_corrupt', /waybill\.db is not a Waybill database.*backup/);
});

it('refuses an empty file: it never makes one, so the record that stood there is gone', () => {
  writeFileSync(file, '');
  writeFileSync(`${file}-wal`, 'what is left of the record');
  expectRefused('data_folder_corrupt', /waybill\.db is empty.*Nothing was changed.*backup/);
});

it("refuses another program's database", () => {
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE t (a)');
  db.close();
  expectRefused('data_folder_corrupt', /another program/);
});

it('refuses a file that was cut short', async () => {
  await written();
  truncateSync(file, readFileSync(file).length - 3 * 4096);
  expectRefused('data_folder_corrupt', /waybill\.db is/);
});

it('refuses a file with a damaged page', async () => {
  await written();
  change(file, 4096);
  expectRefused('data_folder_corrupt', /waybill\.db is/);
});

it('refuses a write-ahead log that is damaged in its middle, and leaves it as it is', async () => {
  await killedAfter(20);
  change(`${file}-wal`, Math.floor(bytesOfFrames() / 3));
  expectRefused('data_folder_corrupt', /waybill\.db-wal is damaged/);
});

it('opens after a kill with everything that was committed', async () => {
  await killedAfter(20);
  const { log, close } = open();
  expect(await log.endOffsets('tasks.a')).toEqual([20]);
  await close();
});

it('opens with a write-ahead log whose last transaction was torn, without that one', async () => {
  await killedAfter(20);
  change(`${file}-wal`, bytesOfFrames() - 300);
  const { log, close } = open();
  expect(await log.endOffsets('tasks.a')).toEqual([19]);
  await close();
});

it('does not hand out a batch whose bytes have changed, and says where it is', async () => {
  await written();
  const bytes = readFileSync(file);
  const at = bytes.indexOf('value 123');
  change(file, 0, (all) => all.write('VALUE', at));
  const { log, close } = open();
  expect(() => log.readBatch('tasks.a', 0, 0)).toThrow(
    expect.objectContaining({
      code: 'data_folder_corrupt',
      detail: expect.stringMatching(/waybill\.db has a damaged batch: tasks\.a\/0, offsets from 0/),
    }),
  );
  await close();
});

it('shows by its end that the log is shorter than what was read from it', async () => {
  await written();
  copyFileSync(file, `${file}.backup`);
  const later = open();
  const [position] = await later.log.append([message('tasks.a', 'k', 'later')]);
  await later.close();
  copyFileSync(`${file}.backup`, file);
  const { log, close } = open();
  const [end] = await log.endOffsets('tasks.a');
  expect(end).toBeLessThan(position!.offset + 1);
  // Who does not look is given everything again, never too little.
  const read: number[] = [];
  const from = new Map([['tasks.a', [position!.offset + 1]]]);
  await new Promise<void>((resolve) => {
    const onRecords = ({ records }: { records: readonly { offset: number }[] }): void => {
      read.push(...records.map(({ offset }) => offset));
      if (read.length === 400) resolve();
    };
    void log.tail({ topics: ['tasks.a'], from, onRecords });
  });
  expect(read[0]).toBe(0);
  await close();
});
