/** What a process leaves on the server when it gives up or stands still: nothing may hold a connection or a lock for ever. */
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { PgSql } from './sql.ts';

let schema: FreshSchema;
let sql: PgSql;
let other: pg.Client;
const applicationName = `left behind ${String(process.pid)}`;
const touch = { name: 'touch', text: 'UPDATE counters SET n = n + 1 RETURNING n' };

beforeEach(async () => {
  schema = await freshSchema('orchestrator', []);
  sql = new PgSql({ url: schema.url, connections: 3, applicationName, statementMs: 300, standingMs: 200 });
  other = new pg.Client({ connectionString: schema.url });
  await other.connect();
  await other.query('CREATE TABLE counters (n integer)');
  await other.query('INSERT INTO counters VALUES (0)');
});
afterEach(async () => {
  await other.end();
  await sql.close();
  await schema.drop();
});

it('a statement that waits for too long is ended by the server, and its connection is used again', async () => {
  const backends = async (): Promise<unknown> =>
    (await schema.admin.query('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [applicationName])).rows;
  await sql.run({ name: 'one', text: 'SELECT 1' }, []);
  const before = await backends();
  await other.query('BEGIN');
  await other.query('SELECT FROM counters FOR UPDATE');
  for (const attempt of [1, 2, 3])
    await expect(sql.run(touch, []), `attempt ${attempt}`).rejects.toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('statement timeout'),
    });
  expect(await backends()).toEqual(before);
  await other.query('ROLLBACK');
  expect(await sql.run(touch, [])).toEqual([{ n: 1 }]);
});

it('a process that stands still in a transaction loses it, with its locks, and is told when it goes on', async () => {
  const standing = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const transaction = sql.transaction('write', async (runner) => {
    await runner.run(touch, []);
    begun.resolve();
    await standing.promise;
    await runner.run(touch, []);
  });
  await begun.promise;
  await other.query(`SET lock_timeout = '10s'`); // so that it is told here, should the lock stay
  const touched = await other.query(touch.text).finally(standing.resolve);
  expect(touched.rows).toEqual([{ n: 1 }]);
  await expect(transaction).rejects.toMatchObject({ name: 'SqlFailure', outcome: 'unknown' });
  expect(await sql.run(touch, [])).toEqual([{ n: 2 }]);
});
