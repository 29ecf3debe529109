import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { nullLogger as logger } from '@waybill/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelMigrations } from './migrations.ts';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession } from './sql-session.ts';

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

describe('the read model on SQLite', () => {
  it('leaves nothing of a transaction that failed', async () => {
    const source = await openReadModel(sqliteReadModels(file), logger);
    const session = openSqliteSession(source);
    const insert = { sql: 'INSERT INTO projection_offsets VALUES (?, ?, ?)', params: ['t', 0, 5] };
    await expect(session.transact([insert, insert])).rejects.toThrow(/UNIQUE/);
    expect(await session.all('SELECT * FROM projection_offsets', [])).toEqual([]);
    await expect(session.all('SELECT missing FROM tasks', [])).rejects.toThrow(/no such column/);
    await session.close();
    for (let left = readModelMigrations.length; left > 0; left -= 1) await source.undoLastMigration();
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
