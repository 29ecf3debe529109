/** What becomes of a read model that another version wrote: one of a newer version holds keys that the log may not, so it is left as it is. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLogger, type Logger } from '@waybill/telemetry';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openReadModel, sqliteReadModels, type ReadModelSource } from './read-model-source.ts';

let folder: string;
let file: string;
let lines: string[];
let logger: Logger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-read-model-source-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = join(folder, 'gateway.db');
  lines = [];
  logger = createLogger('gateway', { destination: { write: (line) => void lines.push(line) } });
  await (await openReadModel(sqliteReadModels(file), logger)).destroy();
  change(`INSERT INTO idempotency_keys VALUES ('default', 'k', 'hash', 'd1', NULL, 't')`);
});

function change(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
const later = (name: string): string => `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, '${name}');`;

async function keysAfterOpening(): Promise<unknown[]> {
  const source = await openReadModel(sqliteReadModels(file), logger);
  const keys: unknown[] = await source.query('SELECT key FROM idempotency_keys');
  await source.destroy();
  return keys;
}

/** Where others read the same tables; the migrations before it let a newer version by, as when one starts in between. */
const shared = (): ReadModelSource => ({ ...sqliteReadModels(file), isShared: true });

describe('a read model whose migrations are ours and later ones', () => {
  it.each([
    ['a file', () => sqliteReadModels(file), /choose another data folder\.$/],
    ['a database that gateways share', shared, /Start the newer version of Waybill/],
  ])('is refused in one line and not changed: %s', async (_, from, advice) => {
    change(later('AddColumn2') + later('AddTable3') + 'ALTER TABLE tasks ADD COLUMN more text');
    const before = contents();
    const opening = openReadModel(from(), logger);
    await expect(opening).rejects.toMatchObject({
      code: 'data_folder_newer',
      message: expect.stringMatching(
        /^[^\n]*gateway\.db[^\n]*\(AddColumn2, AddTable3\)[^\n]*Nothing was changed\.[^\n]*$/,
      ),
    });
    await expect(opening).rejects.toThrow(advice);
    expect(contents()).toEqual(before);
    expect(lines).toEqual([]);
  });
});

describe('a read model of this version', () => {
  it('is opened with all that it holds', async () => {
    expect(await keysAfterOpening()).toEqual([{ key: 'k' }]);
    expect(lines).toEqual([]);
  });
});

describe('a read model of an older version', () => {
  it('is brought forward with all that it holds', async () => {
    const row = `'d1', 'default', 'a.txt', 'c', '{}', 'indexed', 1, 'text/plain', 'a', 1, NULL, 't', 't'`;
    change(`DELETE FROM migrations WHERE id > 1; DROP TABLE deleted_documents; ALTER TABLE documents DROP COLUMN revision; ALTER TABLE documents DROP COLUMN requests;
      INSERT INTO documents VALUES (${row})`);
    expect(await keysAfterOpening()).toEqual([{ key: 'k' }]);
    const source = await openReadModel(sqliteReadModels(file), logger);
    expect(await source.query('SELECT name, revision FROM documents')).toEqual([{ name: 'a.txt', revision: -1 }]);
    await source.destroy();
    expect(lines).toEqual([]);
  });
});

describe('a read model of another schema is dropped and made anew:', () => {
  it.each([
    ['its migrations are not ours', `UPDATE migrations SET name = 'Other1'`],
    ['ours came after another', `UPDATE migrations SET id = id + 5; INSERT INTO migrations VALUES (1, 1, 'Other1')`],
  ])('%s', async (_, sql) => {
    change(sql);
    expect(await keysAfterOpening()).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('dropped and rebuilt from the log')]);
  });

  it('but not where others read it', async () => {
    change(`UPDATE migrations SET name = 'Other1'`);
    await expect(openReadModel(shared(), logger)).rejects.toMatchObject({ code: 'data_folder_corrupt' });
  });
});

it('a read model that cannot be opened is refused in one line and left as it is', async () => {
  const path = join(folder, 'other.db');
  mkdirSync(join(path, 'kept'), { recursive: true });
  await expect(openReadModel(sqliteReadModels(path), logger)).rejects.toMatchObject({
    code: 'unavailable',
    detail: `${path} cannot be opened (unable to open database file). Make sure that it is a file, that this user may write it and that the disk has room.`,
  });
  expect(readdirSync(path)).toEqual(['kept']);
  expect(lines).toEqual([]);
});
