import { maxWorkAgeMs } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { ManualClock, until } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ExpiredKeys } from './expired-keys.ts';
import { insertKey } from './key-insertions.ts';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession, type SqlSession } from './sql-session.ts';

const hourMs = 3_600_000;

let clock: ManualClock;
let source: DataSource;
let sql: SqlSession;
let expired: ExpiredKeys;
const warn = vi.fn<(message: string) => void>();
beforeEach(async () => {
  clock = new ManualClock();
  source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  sql = openSqliteSession(source);
  expired = new ExpiredKeys({ sql, clock, logger: { warn } });
});
afterEach(async () => {
  await expired.close();
  await source.destroy();
  vi.clearAllMocks();
});

/** `time`: when they were reserved. */
const put = (time: number, ...keys: readonly string[]) =>
  sql.transact(
    keys.map((key) => ({ sql: insertKey, params: [`t${key.length}`, key, 'h', 'e', new Date(time).toISOString()] })),
  );
const stored = async () =>
  (await sql.all<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY key', [])).map(({ key }) => key);
/** The pass is over when the next one is planned. */
const passed = () => until(() => clock.nextInMs !== undefined);

it('are removed at the start, and those that expire later while the gateway runs', async () => {
  await put(clock.now() - maxWorkAgeMs - 1, 'gone');
  await put(clock.now() - maxWorkAgeMs, 'young');
  expired.start();
  await passed();
  expect(await stored()).toEqual(['young']);
  clock.advance(hourMs);
  await passed();
  expect(await stored()).toEqual([]);
});

it('are removed in slices, whatever lies between them, and other work comes between two', async () => {
  const keys = Array.from({ length: 1_700 }, (_, n) => `k${n}`);
  await put(0, ...keys.filter((_, n) => n % 3 > 0));
  await put(clock.now(), ...keys.filter((_, n) => n % 3 === 0));
  const transact = vi.spyOn(sql, 'transact');
  expired.start();
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (clock.nextInMs === undefined) setImmediate(count);
  };
  setImmediate(count);
  await passed();
  expect(await stored()).toEqual(keys.filter((_, n) => n % 3 === 0).toSorted());
  expect(transact).toHaveBeenCalledTimes(4);
  expect(turns).toBeGreaterThanOrEqual(4);
});

it('that cannot be removed are told of once, and removed the next time', async () => {
  await put(0, 'a');
  const transact = vi.spyOn(sql, 'transact').mockRejectedValue(new Error('no server'));
  expired.start();
  await passed();
  clock.advance(hourMs);
  await passed();
  expect(transact).toHaveBeenCalledTimes(2);
  expect(warn).toHaveBeenCalledTimes(1);
  transact.mockRestore();
  clock.advance(hourMs);
  await passed();
  expect(await stored()).toEqual([]);
});

it('stay where they are once the gateway stops: its stop waits for a slice, not for a table', async () => {
  await put(0, ...Array.from({ length: 1_200 }, (_, n) => `k${n}`));
  expired.start();
  await expired.close();
  expect(await stored()).toHaveLength(700);
  expect(clock.nextInMs).toBeUndefined();
  expired.start();
  await expired.close();
  expect(await stored()).toHaveLength(700);
});
