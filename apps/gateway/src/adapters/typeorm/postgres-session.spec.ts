/** On PGlite, which is PostgreSQL itself in one process. */
import { PGlite } from '@electric-sql/pglite';
import type { SqlRunner, SqlStatement, TransactionalSql } from '@waybill/storage/postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PostgresSession } from './postgres-session.ts';

let database: PGlite;
let sent: SqlStatement[];
let session: PostgresSession;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec('CREATE TABLE notes (name text PRIMARY KEY, size integer NOT NULL)');
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.exec('TRUNCATE notes');
  sent = [];
  session = new PostgresSession(sql);
});

const runnerOn = (queries: Pick<PGlite, 'query'>): SqlRunner => ({
  run: async <Row>(statement: SqlStatement, values: readonly unknown[]) => {
    sent.push(statement);
    return (await queries.query<Row>(statement.text, [...values])).rows;
  },
});
const sql: TransactionalSql = {
  run: (statement, values) => runnerOn(database).run(statement, values),
  transaction: (_, work) => database.transaction((transaction) => work(runnerOn(transaction))),
  close: () => Promise.resolve(),
};

const insert = 'INSERT INTO notes (name, size) VALUES (?, ?)';
const note = (name: string, size: number) => ({ sql: insert, params: [name, size], manyRows: true as const });
const all = () => session.all<{ name: string; size: number }>('SELECT name, size FROM notes ORDER BY name', []);

it('writes rows of one text as one statement', async () => {
  await session.transact([note('a', 1), note('b', 2)]);
  expect(sent.map(({ text }) => text)).toEqual(['INSERT INTO notes (name, size) VALUES ($1, $2), ($3, $4)']);
  expect(await all()).toEqual([
    { name: 'a', size: 1 },
    { name: 'b', size: 2 },
  ]);
});

it('leaves nothing of a transaction that failed, and says that it may be tried again', async () => {
  const update = { sql: 'UPDATE notes SET size = ? WHERE missing = ?', params: [1, 2] };
  await expect(session.transact([note('a', 1), update])).rejects.toMatchObject({ code: 'unavailable' });
  expect(await all()).toEqual([]);
});

it('has what comes again planned once, and what has many rows each time', async () => {
  const update = { sql: 'UPDATE notes SET size = ? WHERE name = ?', params: [1, 'a'] };
  await session.transact([update]);
  await session.transact([update]);
  await session.transact([{ sql: 'DELETE FROM notes WHERE name = ?', params: ['a'] }]);
  await session.transact(Array.from({ length: 100 }, (_, at) => note(`n${at}`, at)));
  const [first, second, other, many] = sent.map(({ name }) => name);
  expect(first).toBeTruthy();
  expect(second).toBe(first);
  expect(other).not.toBe(first);
  expect(many).toBe('');
});
