import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll } from 'vitest';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { PublishingPlanStore } from '../publishing/publishing-plan-store.ts';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { planMigrations } from './plan-migrations.ts';
import { PostgresPlanDatabase } from './postgres-plan-database.ts';
import { PgSql } from './sql.ts';

let schema: FreshSchema;
let sql: PgSql;
beforeAll(async () => {
  schema = await freshSchema('orchestrator', planMigrations);
  sql = new PgSql({ url: schema.url, connections: 4, applicationName: 'contract' });
});
afterAll(async () => {
  await sql.close();
  await schema.drop();
});

planStoreContract('PostgresPlanDatabase', () => {
  let log = new InMemoryMessageLog({ clock: systemClock });
  const open = () => ({
    store: new PublishingPlanStore({ database: new PostgresPlanDatabase(sql), log, clock: systemClock }),
    log,
  });
  return Promise.resolve({
    ...open(),
    reopen: async () => {
      log = await log.reopen();
      return open();
    },
    close: () => log.close(),
  });
});
