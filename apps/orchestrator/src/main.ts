/** `npm run start:orchestrator`: the orchestrator as a process of its own, on Kafka and PostgreSQL. */
import { databaseSettings, runService } from '@waybill/service';
import { PublishingPlanStore } from '@waybill/storage';
import { migrate, PgSql, planMigrations, PostgresPlanDatabase } from '@waybill/storage/postgres';
import { z } from 'zod';
import { startOrchestrator } from './start-orchestrator.ts';

await runService({
  name: 'orchestrator',
  settings: {
    ...databaseSettings,
    /** How many statements run at once; a partition needs one at a time. */
    DATABASE_CONNECTIONS: z.coerce.number().int().min(2).default(8),
    /** Of one partition, at once; more ready steps wait, the urgent ones first. */
    OPEN_ACTIVATIONS: z.coerce.number().int().min(1).default(256),
  },
  environment: process.env,
  start: async ({ settings, common, closing }) => {
    const { DATABASE_URL: url, DATABASE_CONNECTIONS: connections, OPEN_ACTIVATIONS: openActivations } = settings;
    await migrate({ url, service: 'orchestrator', migrations: planMigrations });
    const sql = new PgSql({ url, connections, applicationName: 'waybill orchestrator', plansOnce: true });
    closing.add('PostgreSQL', sql);
    const { log, clock } = common;
    const store = new PublishingPlanStore({ database: new PostgresPlanDatabase(sql), log, clock });
    const orchestrator = await startOrchestrator({ ...common, store, config: { openActivations } });
    closing.add('orchestrator', orchestrator);
  },
});
