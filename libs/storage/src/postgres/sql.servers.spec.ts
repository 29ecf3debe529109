import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settings } from '../../../../tools/stack/places.mjs';
import { PgSql, type SqlRunner } from './sql.ts';

const statement = (text: string) => ({ name: '', text });
const run = (sql: SqlRunner, text: string): Promise<readonly unknown[]> => sql.run(statement(text), []);

describe('a transaction on PostgreSQL', () => {
  let sql: PgSql;
  beforeAll(async () => {
    // One connection, so that its temporary table is seen by all.
    sql = new PgSql({ url: settings('rag_indexer')['DATABASE_URL']!, connections: 1, applicationName: 'contract' });
    await run(sql, 'CREATE TEMPORARY TABLE notes (note integer PRIMARY KEY)');
  });
  afterAll(() => sql.close());
  const notes = async (): Promise<number> => (await run(sql, 'SELECT * FROM notes')).length;

  it('is committed when it resolves', async () => {
    expect(await sql.transaction('write', (on) => run(on, 'INSERT INTO notes VALUES (1) RETURNING note'))).toEqual([
      { note: 1 },
    ]);
    expect(await notes()).toBe(1);
  });

  it('did nothing when it rejects, and what was thrown comes out', async () => {
    const failing = sql.transaction('write', async (on) => {
      await run(on, 'INSERT INTO notes VALUES (2)');
      throw new TypeError('no');
    });
    await expect(failing).rejects.toThrow(TypeError);
    const refused = sql.transaction('write', async (on) => {
      await run(on, 'INSERT INTO notes VALUES (2)');
      await run(on, 'INSERT INTO notes VALUES (1)');
    });
    await expect(refused).rejects.toMatchObject({ name: 'SqlFailure', outcome: 'refused' });
    expect(await notes()).toBe(1);
  });

  it('rejects when a statement was refused and nobody cared', async () => {
    const careless = sql.transaction('write', async (on) => {
      await run(on, 'INSERT INTO notes VALUES (3)');
      await run(on, 'INSERT INTO notes VALUES (1)').catch(() => {});
    });
    await expect(careless).rejects.toMatchObject({ name: 'SqlFailure', outcome: 'refused' });
    expect(await notes()).toBe(1);
  });

  it('has an unknown outcome when the connection breaks, and the next one works', async () => {
    const broken = sql.transaction('write', (on) => run(on, 'SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(broken).rejects.toMatchObject({ name: 'SqlFailure', outcome: 'unknown' });
    expect(await sql.transaction('snapshot', (on) => run(on, 'SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('that is a snapshot writes nothing', async () => {
    const writing = sql.transaction('snapshot', (on) => run(on, 'CREATE TABLE never (x integer)'));
    await expect(writing).rejects.toMatchObject({ outcome: 'refused' });
  });
});
