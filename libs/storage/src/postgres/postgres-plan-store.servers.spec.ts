import { afterAll, beforeAll } from 'vitest';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { planStoreOn } from '../testing/plan-store-on.ts';
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

planStoreContract('PostgresPlanDatabase', async () => planStoreOn(new PostgresPlanDatabase(sql)));
