/** Commits whose answer was lost, made by holding the fence's row for longer than the store waits. */
import { topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitOf, event, freshPlan, partition, take, text } from '../contract/plan-store-under-test.ts';
import { PublishingPlanStore } from '../publishing/publishing-plan-store.ts';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { planMigrations } from './plan-migrations.ts';
import { PostgresPlanDatabase } from './postgres-plan-database.ts';
import { PgSql } from './sql.ts';

let schema: FreshSchema;
let log: InMemoryMessageLog;
let impatient: PgSql;
let patient: PgSql;
let holder: pg.Client;
const storeOn = (sql: PgSql) =>
  new PublishingPlanStore({ database: new PostgresPlanDatabase(sql), log, clock: systemClock });

beforeEach(async () => {
  schema = await freshSchema('orchestrator', planMigrations);
  const { url } = schema;
  log = new InMemoryMessageLog({ clock: systemClock });
  impatient = new PgSql({ url, connections: 4, applicationName: 'impatient', timeoutMs: 200, statementMs: 60_000 });
  patient = new PgSql({ url, connections: 4, applicationName: 'patient' });
  holder = new pg.Client({ connectionString: url });
  await holder.connect();
});
afterEach(async () => {
  await holder.end();
  await Promise.all([impatient.close(), patient.close()]);
  await schema.drop();
});

/** The store has given up; the commit itself stands in line for the row. */
async function lostCommit(): Promise<{ plan: string; commitId: string; store: PublishingPlanStore }> {
  const store = storeOn(impatient);
  const { fence } = await take(store);
  const plan = freshPlan();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM fences WHERE partition = $1 FOR UPDATE', [partition]);
  const commit = commitOf({ fence, events: [event(plan, 1), event(plan, 2)] });
  await expect(store.commit(commit)).rejects.toMatchObject({ code: 'commit_unknown' });
  return { plan, commitId: commit.commitId, store };
}

const published = (plan: string): string[] =>
  log
    .recordsOf(topics.planEvents)
    .filter(({ key }) => key === plan)
    .map(text);
const eventsOf = (plan: string): unknown[] => [event(plan, 1), event(plan, 2)].map(({ message }) => message.value);

it('an unknown commit that took place late is found by who asks, and published once', async () => {
  const { plan, commitId, store } = await lostCommit();
  await holder.query('COMMIT');
  expect(await store.lastCommitId(partition)).toBe(commitId);
  await store.release(partition);
  expect(published(plan)).toEqual(eventsOf(plan));
  await take(storeOn(patient));
  expect(published(plan)).toEqual(eventsOf(plan));
});

it('an unknown commit that is ahead of the next owner in the line is published by that owner', async () => {
  const { plan, store } = await lostCommit();
  const taking = take(storeOn(patient));
  await holder.query('COMMIT');
  const { fence } = await taking;
  expect(published(plan)).toEqual(eventsOf(plan));
  expect(await store.lastCommitId(partition)).toBeDefined();
  expect(fence.version).toBeGreaterThan(0);
});

it('an unknown commit that the next owner has overtaken never takes place', async () => {
  const { plan, commitId } = await lostCommit();
  // The row's lock is the holder's: it takes the partition in its own transaction, before the commit can.
  await holder.query('UPDATE fences SET owner_epoch = owner_epoch + 1 WHERE partition = $1', [partition]);
  await holder.query('COMMIT');
  const next = storeOn(patient);
  await take(next);
  expect(await next.lastCommitId(partition)).not.toBe(commitId);
  expect(published(plan)).toEqual([]);
});
