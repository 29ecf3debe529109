/**
 * Read models on PostgreSQL, shared by all gateways.
 * Promise: the schema moves forward only, under a lock; nothing is dropped because something failed, for other gateways are reading it.
 */
import { connectMs, DecidedClient, migrate, PgSql, settingsOf, type TimeLimits } from '@waybill/storage/postgres';
import { DataSource } from 'typeorm';
import { readModelEntities } from './entities.ts';
import { readModelMigrations, readModelTables } from './migrations.ts';
import { PostgresSession } from './postgres-session.ts';
import type { ReadModelSource } from './read-model-source.ts';

const applicationName = 'waybill gateway';
/** Of each: lists and lookups through TypeORM, and the plain statements. */
const connections = 6;

export function postgresReadModels(url: string, limits: TimeLimits = {}): ReadModelSource {
  const open = (): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url,
      applicationName,
      entities: readModelEntities,
      migrations: readModelMigrations,
      poolSize: connections,
      connectTimeoutMS: connectMs,
      // A server that is frozen, or gone without a word: who reads is told, and another connection is made.
      extra: { ...settingsOf(limits), Client: DecidedClient },
      logging: false,
    }).initialize();
  return {
    isShared: true,
    open: async () => {
      await migrate({ url, service: 'gateway', migrations: readModelMigrations });
      return open();
    },
    openSql: () => new PostgresSession(new PgSql({ url, connections, applicationName, ...limits })),
    discard: async () => {
      const source = await open();
      try {
        await source.query(`TRUNCATE ${readModelTables.map((table) => `"${table}"`).join(', ')}`);
      } finally {
        await source.destroy();
      }
    },
  };
}
