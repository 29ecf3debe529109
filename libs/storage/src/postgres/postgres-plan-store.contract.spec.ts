/** On PGlite, which is PostgreSQL itself in one process; the real server runs the same suite in `npm run test:distributed`. */
import { PGlite } from '@electric-sql/pglite';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll } from 'vitest';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { PublishingPlanStore } from '../publishing/publishing-plan-store.ts';
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

planStoreContract('PostgresPlanDatabase on PGlite', () => {
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
