/** Runs histories one after another over one database, which is emptied in between. */
import { nullLogger } from '@waybill/telemetry';
import { openReadModel, sqliteReadModels } from '../../adapters/typeorm/read-model-source.ts';
import { History } from './history.ts';
import type { Database } from './simulated-gateway.ts';

export async function openDatabase(): Promise<Database> {
  const models = sqliteReadModels(':memory:');
  const source = await openReadModel(models, nullLogger);
  return { source, sql: models.openSql(source) };
}

export async function runHistory(seed: number, database: Database): Promise<History> {
  for (const { tableName } of database.source.entityMetadatas) await database.source.query(`DELETE FROM ${tableName}`);
  const history = new History(seed, database);
  const onUnhandled = (error: unknown): void => history.judge.report(`nobody handles ${(error as Error).stack}`);
  process.on('unhandledRejection', onUnhandled);
  try {
    await history.run();
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  return history;
}
