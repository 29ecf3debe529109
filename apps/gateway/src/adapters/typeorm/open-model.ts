/**
 * The read model of one log: its database, what writes it, and the idempotency keys that are kept with it.
 * Promises: a read model that is ahead of the log belongs to another log, and is dropped and rebuilt; when this rejects nothing is left open.
 */
import type { Clock, MessageLog } from '@waybill/messaging';
import type { Logger } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import type { Alarms } from '../messages/alarms.ts';
import { ExpiredKeys } from './expired-keys.ts';
import { openReadModel, type ReadModelSource } from './read-model-source.ts';
import { ReadModelWriter } from './read-model-writer.ts';
import { TypeOrmKeyStore } from './typeorm-key-store.ts';

export interface OpenModelOptions {
  readonly log: MessageLog;
  readonly readModels: ReadModelSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alarms: Alarms;
  /** How long who reserves a key waits for those of before the start. */
  readonly patienceMs: number;
}

export interface OpenModel {
  readonly source: DataSource;
  readonly keys: TypeOrmKeyStore;
  /** Not started. */
  readonly expiredKeys: ExpiredKeys;
  readonly writer: ReadModelWriter;
}

export async function openModel(options: OpenModelOptions): Promise<OpenModel> {
  const { log, logger, readModels } = options;
  const model = await open(options);
  if (!(await orClose(model, () => model.writer.isAhead(log)))) return model;
  logger.warn('The log is shorter than the read model says: the read model is dropped and rebuilt from the log.');
  await close(model);
  await readModels.discard();
  return open(options);
}

async function open({ readModels, clock, logger, alarms, patienceMs }: OpenModelOptions): Promise<OpenModel> {
  const source = await openReadModel(readModels, logger);
  const sql = readModels.openSql(source);
  const keys = new TypeOrmKeyStore(sql, { isShared: readModels.isShared, clock, patienceMs });
  const expiredKeys = new ExpiredKeys({ sql, clock, logger });
  return { source, keys, expiredKeys, writer: new ReadModelWriter({ sql, keys, ...alarms }) };
}

async function orClose<T>(model: OpenModel, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await close(model);
    throw error;
  }
}

async function close({ source, writer }: OpenModel): Promise<void> {
  await writer.close();
  await source.destroy();
}
