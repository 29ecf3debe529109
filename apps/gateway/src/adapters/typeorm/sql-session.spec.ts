import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { nullLogger as logger } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadModel, sqliteReadModels, typeOrmReadModels } from './read-model-source.ts';
import { SqliteDriver } from './sqlite-driver.ts';
import { openSqlSession } from './sql-session.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-sql-session-'));
  file = join(folder, 'gateway.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const rows = (sql: string): unknown[] => {
  const db = new DatabaseSync(file);
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
};

describe('another engine', () => {
  it('runs the same statements through TypeORM', async () => {
    const options = { type: 'better-sqlite3' as const, driver: SqliteDriver, database: file };
    const source = await openReadModel(typeOrmReadModels(options), logger);
    const numbered: string[] = [];
    /** A connection that is not the embedded one: no prepared statements, `$1` for `?`. */
    const plain = {
      driver: {},
      query: (sql: string, params: unknown[]) => {
        numbered.push(sql);
        return source.query(sql.replaceAll(/\$\d+/g, '?'), params);
      },
      transaction: (work: (manager: unknown) => Promise<unknown>) =>
        work({ query: (sql: string, params: unknown[]) => source.query(sql.replaceAll(/\$\d+/g, '?'), params) }),
    } as unknown as DataSource;
    const session = openSqlSession(plain);
    const insert = {
      sql: 'INSERT INTO projection_offsets VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      params: ['t', 0, 5],
    };
    await session.transact([insert, insert]);
    expect(
      await session.all('SELECT next_offset FROM projection_offsets WHERE topic = ? AND partition_number = ?', [
        't',
        0,
      ]),
    ).toEqual([{ next_offset: 5 }]);
    expect(numbered[0]).toContain('topic = $1 AND partition_number = $2');
    await source.destroy();
    await typeOrmReadModels(options).discard();
    expect(rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)).toEqual([]);
  });

  it('leaves nothing of a transaction that failed', async () => {
    const source = await openReadModel(sqliteReadModels(file), logger);
    const session = openSqlSession(source);
    const insert = { sql: 'INSERT INTO projection_offsets VALUES (?, ?, ?)', params: ['t', 0, 5] };
    await expect(session.transact([insert, insert])).rejects.toThrow(/UNIQUE/);
    expect(await session.all('SELECT * FROM projection_offsets', [])).toEqual([]);
    await expect(session.all('SELECT missing FROM tasks', [])).rejects.toThrow(/no such column/);
    await session.close();
    await source.undoLastMigration();
    await source.destroy();
    expect(rows(`SELECT name FROM sqlite_master WHERE name = 'tasks'`)).toEqual([]);
  });

  it('has the entities that the migrations make', async () => {
    const source = await openReadModel(sqliteReadModels(file), logger);
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map((query) => query.query)).toEqual([]);
    await source.destroy();
  });
});
