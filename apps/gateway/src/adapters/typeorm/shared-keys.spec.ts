/** What the port of idempotency keys promises to gateways that share a database: on PGlite, which is PostgreSQL itself in one process. */
import { PGlite } from '@electric-sql/pglite';
import { nullLogger } from '@waybill/telemetry';
import type { SqlRunner, TransactionalSql } from '@waybill/storage/postgres';
import { ManualClock, until } from '@waybill/testing';
import type { QueryRunner, Table } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { KeyRow } from '../../ports/key-store.ts';
import { ExpiredKeys } from './expired-keys.ts';
import { insertKey } from './key-insertions.ts';
import { readModelMigrations } from './migrations.ts';
import { PostgresSession } from './postgres-session.ts';
import { TypeOrmKeyStore } from './typeorm-key-store.ts';

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  const runner = {
    createTable: ({ name, columns }: Table) => {
      const lines = columns.map((column) => `"${column.name}" ${column.type}${column.isNullable ? '' : ' NOT NULL'}`);
      const key = columns.filter(({ isPrimary }) => isPrimary).map((column) => `"${column.name}"`);
      return database.exec(`CREATE TABLE "${name}" (${lines.join(', ')}, PRIMARY KEY (${key.join(', ')}))`);
    },
    createIndex: () => Promise.resolve(),
    query: (sql: string) => database.exec(sql),
  };
  for (const Migration of readModelMigrations) await new Migration().up(runner as unknown as QueryRunner);
});
afterAll(() => database.close());
beforeEach(() => database.exec('TRUNCATE idempotency_keys'));

const runnerOn = (queries: Pick<PGlite, 'query'>): SqlRunner => ({
  run: async <Row>({ text }: { text: string }, values: readonly unknown[]) =>
    (await queries.query<Row>(text, [...values])).rows,
});
const sql: TransactionalSql = {
  ...runnerOn({ query: (...query) => database.query(...query) }),
  transaction: (_, work) => database.transaction((transaction) => work(runnerOn(transaction))),
  close: () => Promise.resolve(),
};

/** A gateway of its own. */
function open(): TypeOrmKeyStore {
  const options = { isShared: true, clock: new ManualClock(), patienceMs: 2_000 };
  const store = new TypeOrmKeyStore(new PostgresSession(sql), options);
  store.allRestored();
  return store;
}
const rowOf = (key: string, entityId: string, tenant = 't'): KeyRow => ({ tenant, key, bodyHash: entityId, entityId });

it('a key belongs to the first that reserves it, on whichever gateway, and all see its row', async () => {
  const gateways = [open(), open(), open()];
  const rows = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((id, at) => gateways[at % 3]!.reserve(rowOf('k', id))),
  );
  const [winner] = rows;
  expect(rows).toEqual(Array(6).fill(winner));
  expect(await open().find('t', 'k')).toEqual(winner);
});

it('keys that are reserved together are each their own, those of other tenants too', async () => {
  const store = open();
  const wanted = [rowOf('k1', 'a'), rowOf('k2', 'b'), rowOf('k1', 'c', 'u'), rowOf('1\nk', 'd'), rowOf("'?", 'e')];
  expect(await Promise.all(wanted.map((row) => store.reserve(row)))).toEqual(wanted);
  expect(await Promise.all(wanted.map((row) => open().find(row.tenant, row.key)))).toEqual(wanted);
  expect(await store.find('u', 'k2')).toBeUndefined();
});

it('what was answered first is known on every gateway, and nothing before', async () => {
  const store = open();
  await store.reserve(rowOf('k', 'a'));
  expect(await open().findAnswer('t', 'k')).toBeUndefined();
  await store.saveAnswer('t', 'k', '{"status":"cancelled"}');
  expect(await open().findAnswer('t', 'k')).toBe('{"status":"cancelled"}');
  expect(await open().findAnswer('u', 'k')).toBeUndefined();
});

it('a key whose command is on the log comes back from it', async () => {
  const store = new TypeOrmKeyStore(new PostgresSession(sql), {
    isShared: true,
    clock: new ManualClock(),
    patienceMs: 2_000,
  });
  const command = JSON.stringify({ idempotency: { key: 'k', body_hash: 'a' } });
  const session = new PostgresSession(sql);
  for (let time = 0; time < 2; time += 1) await session.transact([store.restore('t', 'a', command)!]);
  store.allRestored();
  expect(await store.reserve(rowOf('k', 'b'))).toEqual(rowOf('k', 'a'));
});

it('keys that have expired are removed by each gateway, also by two at once, and no other is', async () => {
  const session = new PostgresSession(sql);
  const clock = new ManualClock();
  const put = (key: string, time: number) => ({
    sql: insertKey,
    params: ['t', key, 'h', 'e', new Date(time).toISOString()],
  });
  await session.transact(Array.from({ length: 1_200 }, (_, n) => put(`k${n}`, n % 2 === 0 ? 0 : clock.now())));
  const clocks = [clock, new ManualClock()];
  const gateways = clocks.map((own) => new ExpiredKeys({ sql: session, clock: own, logger: nullLogger }));
  for (const gateway of gateways) gateway.start();
  await until(() => clocks.every(({ nextInMs }) => nextInMs !== undefined));
  await Promise.all(gateways.map((gateway) => gateway.close()));
  expect(await session.all('SELECT key FROM idempotency_keys', [])).toHaveLength(600);
  expect([await open().find('t', 'k0'), (await open().find('t', 'k1'))?.key]).toEqual([undefined, 'k1']);
});
