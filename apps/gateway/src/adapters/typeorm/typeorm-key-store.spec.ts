import type { PlatformError } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { ManualClock, quiet } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyRow } from '../../ports/key-store.ts';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession, type SqlSession } from './sql-session.ts';
import { TypeOrmKeyStore } from './typeorm-key-store.ts';

let clock: ManualClock;
let source: DataSource;
let sql: SqlSession;
beforeEach(async () => {
  clock = new ManualClock();
  source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  sql = openSqliteSession(source);
});
afterEach(() => source.destroy());

function open({ isShared = false, isRestored = true } = {}): TypeOrmKeyStore {
  const store = new TypeOrmKeyStore(sql, { isShared, clock, patienceMs: 2_000 });
  if (isRestored) store.allRestored();
  return store;
}
const rowOf = (key: string, entityId: string, bodyHash = 'h'): KeyRow => ({ tenant: 't', key, bodyHash, entityId });
const stored = async () =>
  (await sql.all<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY key', [])).map(({ key }) => key);

describe.each([{ isShared: false }, { isShared: true }])('keys ($isShared)', (options) => {
  it('belong to the first that reserves them, and all see its row', async () => {
    const store = open(options);
    const rows = await Promise.all(['a', 'b', 'c'].map((id) => store.reserve(rowOf('k', id, id))));
    expect(rows).toEqual(Array(3).fill(rowOf('k', 'a', 'a')));
    await store.flush();
    expect(await open(options).reserve(rowOf('k', 'd'))).toEqual(rowOf('k', 'a', 'a'));
  });

  it('keep the answer of a command that makes nothing new', async () => {
    const store = open(options);
    await store.reserve(rowOf('k', 'a'));
    expect(await store.findAnswer('t', 'k')).toBeUndefined();
    await store.saveAnswer('t', 'k', 'done');
    expect(await open(options).findAnswer('t', 'k')).toBe('done');
  });
});

it('are written at once where others could reserve them too', async () => {
  await open({ isShared: true }).reserve(rowOf('k', 'a'));
  expect(await stored()).toEqual(['k']);
});

it('are written with what comes next where nobody else can', async () => {
  const store = open();
  await store.reserve(rowOf('k1', 'a'));
  const { statements, written } = store.unwritten();
  await store.reserve(rowOf('k2', 'b'));
  expect(await stored()).toEqual([]);
  await sql.transact(statements);
  written();
  expect(await stored()).toEqual(['k1']);
  expect(store.unwritten().statements).toHaveLength(1);
});

it('do not fill the memory', async () => {
  const store = open();
  for (let n = 0; n < 10_000; n += 1) await store.reserve(rowOf(`k${n}`, 'a'));
  const transact = vi.spyOn(sql, 'transact');
  await Promise.all(['x', 'y', 'z'].map((key) => store.reserve(rowOf(key, 'a'))));
  expect(transact).toHaveBeenCalledTimes(1);
  expect(await stored()).toHaveLength(10_000);
  expect(store.unwritten().statements).toHaveLength(3);
});

it('do not fill the memory either when they cannot be written', async () => {
  const store = open();
  for (let n = 0; n < 10_000; n += 1) await store.reserve(rowOf(`k${n}`, 'a'));
  const transact = vi.spyOn(sql, 'transact').mockRejectedValue(new Error('disk'));
  for (const key of ['x', 'y']) await expect(store.reserve(rowOf(key, 'a'))).rejects.toThrow('disk');
  expect(store.unwritten().statements).toHaveLength(10_000);
  transact.mockRestore();
  expect(await store.reserve(rowOf('x', 'b'))).toEqual(rowOf('x', 'b'));
});

it('are not waited for longer than a client waits', async () => {
  const store = open({ isRestored: false });
  let code: unknown;
  store.reserve(rowOf('k', 'a')).catch((error: PlatformError) => (code = error.code));
  clock.advance(2_000);
  await quiet();
  expect(code).toBe('unavailable');
});

it('come back from the log before any is given away', async () => {
  const store = open({ isRestored: false });
  let reserved: KeyRow | undefined;
  const reserving = store.reserve(rowOf('k', 'b')).then((row) => (reserved = row));
  const command = (key: unknown) => JSON.stringify({ idempotency: { key, body_hash: 'h' } });
  await sql.transact([store.restore('t', 'a', command('k'))!]);
  expect([reserved, store.restore('t', 'a', '{}'), store.restore('t', 'a', command(5))]).toEqual(
    Array(3).fill(undefined),
  );
  store.allRestored();
  await reserving;
  expect(reserved).toEqual(rowOf('k', 'a'));
  expect(store.restore('t', 'a', command('k'))).toBeUndefined();
});
