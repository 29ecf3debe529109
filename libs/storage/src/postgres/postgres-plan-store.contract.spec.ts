/** On PGlite, which is PostgreSQL itself in one process; the real server runs the same suite in `npm run test:distributed`. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll } from 'vitest';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { planStoreOn } from '../testing/plan-store-on.ts';
import { planSchema } from './plan-schema.ts';
import { PostgresPlanDatabase } from './postgres-plan-database.ts';
import type { Sql } from './sql.ts';

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec(planSchema);
});
afterAll(() => database.close());

const sql: Sql = {
  run: async <Row>({ text }: { text: string }, values: readonly unknown[]) =>
    (await database.query<Row>(text, [...values])).rows,
  close: () => Promise.resolve(),
};

planStoreContract('PostgresPlanDatabase on PGlite', async () => planStoreOn(new PostgresPlanDatabase(sql)));
