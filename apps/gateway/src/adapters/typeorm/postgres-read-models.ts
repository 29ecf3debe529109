/**
 * Read models on PostgreSQL, shared by all gateways.
 * Promise: the schema moves forward only, under a lock; nothing is dropped because something failed, for other gateways are reading it.
 */
import { migrate } from '@waybill/storage/postgres';
import { DataSource } from 'typeorm';
import { readModelEntities } from './entities.ts';
import { readModelMigrations, readModelTables } from './migrations.ts';
import type { ReadModelSource } from './read-model-source.ts';

export function postgresReadModels(url: string): ReadModelSource {
  const open = (): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url,
      applicationName: 'waybill gateway',
      entities: readModelEntities,
      migrations: readModelMigrations,
      poolSize: 8,
      logging: false,
    }).initialize();
  return {
    isShared: true,
    open: async () => {
      await migrate({ url, service: 'gateway', migrations: readModelMigrations });
      return open();
    },
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
