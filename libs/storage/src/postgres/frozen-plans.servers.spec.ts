import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { settings } from '../../../../tools/stack/places.mjs';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { planMigrations } from './plan-migrations.ts';
import { PostgresPlanDatabase } from './postgres-plan-database.ts';
import { PgSql } from './sql.ts';

let schema: FreshSchema;
let sql: PgSql;
beforeAll(async () => {
  schema = await freshSchema('orchestrator', planMigrations);
  // One connection, so that its plans can be looked at.
  sql = new PgSql({ url: schema.url, connections: 1, applicationName: 'contract', plansOnce: true });
});
afterAll(async () => {
  await sql.close();
  await schema.drop();
});

const planOf = async (execution: string): Promise<string> => {
  const rows = await sql.run<Record<string, string>>({ name: '', text: `EXPLAIN EXECUTE ${execution}` }, []);
  return rows.map((row) => Object.values(row)[0]).join('\n');
};

/** Until the tables are analyzed anew, which may be a minute, the plan stays as it is, however large they become. */
it('are made for tables that grow, also where the server knows them as small', async () => {
  const plans = new PostgresPlanDatabase(sql);
  await schema.admin.query(
    `INSERT INTO plan_events SELECT 'p' || i, 1, 0, i, '{}', '{}' FROM generate_series(1, 40) AS i`,
  );
  await schema.admin.query('ANALYZE');
  await plans.load(['p1'], 1);
  const { fence, offsets, mark } = await plans.take(0);
  const nothing = { events: [], wakeUps: [], messages: [], snapshots: [] };
  await plans.commit({ fence, offsets, commitId: 'c', ...nothing }, mark);
  const executions = [
    `waybill_load('{p1}', 1)`,
    'waybill_unpublished(0, 1)',
    'waybill_wake_ups(0)',
    'waybill_raise_epoch(0)',
    `waybill_commit(0, 1, 0, 0, 0, 'c', 0, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{p1}')`,
  ];
  for (const execution of executions) expect(await planOf(execution)).not.toMatch(/Seq Scan/);
});

it.each(['', '?options=-csearch_path%3Dpublic'])(
  'are made once, and so, whatever the address says besides (%s)',
  async (besides) => {
    const url = settings('orchestrator')['DATABASE_URL']! + besides;
    const one = new PgSql({ url, connections: 1, applicationName: 'contract', plansOnce: true });
    onTestFinished(() => one.close());
    const text = `SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS scans, current_setting('search_path') AS path`;
    const [found] = await one.run({ name: '', text }, []);
    expect(found).toMatchObject({ mode: 'force_generic_plan', scans: 'off', ...(besides && { path: 'public' }) });
  },
);
