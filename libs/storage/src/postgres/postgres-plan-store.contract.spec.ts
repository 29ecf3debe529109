/** On PGlite, which is PostgreSQL itself in one process; the real server runs the same suite in `npm run test:distributed`. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitOf, event } from '../contract/plan-store-under-test.ts';
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

it('does not list a plan before something of it was published', async () => {
  const plans = new PostgresPlanDatabase(sql);
  const partition = 3;
  const { fence } = await plans.take(partition);
  const events = ['a', 'b'].map((name) => event(`~${name}`, 1));
  await plans.commit(commitOf({ fence, events }), 0);
  const listed = () => plans.publishedPlans('~', 10);
  expect(await listed()).toEqual([]);
  await plans.moveMark(partition, fence.ownerEpoch, 1);
  expect(await listed()).toEqual(['~a']);
  await plans.moveMark(partition, fence.ownerEpoch, 2);
  expect(await listed()).toEqual(['~a', '~b']);
});

it('moves its mark with a commit, and never back: what is below it was published', async () => {
  const plans = new PostgresPlanDatabase(sql);
  const partition = 4;
  const { fence } = await plans.take(partition);
  const messages = [{ topic: 'replies', key: 'g', headers: {}, value: 'a' }];
  const next = await plans.commit(commitOf({ fence, messages }), 0);
  await plans.commit(commitOf({ fence: next, messages }), 1);
  await plans.moveMark(partition, fence.ownerEpoch, 0);
  const taken = await plans.take(partition);
  expect(taken).toMatchObject({ mark: 1, unpublished: messages });
  await plans.commit(commitOf({ fence: taken.fence, messages }), 0);
  expect(await plans.take(partition)).toMatchObject({ mark: 1, unpublished: [...messages, ...messages] });
});

const reply = (value: string) => ({ topic: 'replies', key: 'g', headers: {}, value });

it('puts the messages of a commit after its events, and deletes those below the mark, of its partition only', async () => {
  const plans = new PostgresPlanDatabase(sql);
  const [partition, another] = [5, 6];
  const left = await plans.take(another);
  await plans.commit(commitOf({ fence: left.fence, messages: [reply('another')] }), 0);
  const { fence } = await plans.take(partition);
  const events = [event('~c', 1), event('~c', 2)];
  const next = await plans.commit(commitOf({ fence, events, messages: ['a', 'b', 'c'].map(reply) }), 0);
  const unpublished = async () => (await plans.take(partition)).unpublished.map(({ value }) => value);
  const values = [...events.map(({ message }) => message.value), 'a', 'b', 'c'];
  expect(await unpublished()).toEqual(values);
  await plans.moveMark(partition, fence.ownerEpoch + 1, 3);
  expect(await unpublished()).toEqual(['b', 'c']);
  await plans.commit(commitOf({ fence: { ...next, ownerEpoch: fence.ownerEpoch + 2 } }), 4);
  expect(await unpublished()).toEqual(['c']);
  expect((await plans.take(another)).unpublished).toMatchObject([{ value: 'another' }]);
});

it('answers what is unpublished commit by commit, and events in their order, wherever they lie', async () => {
  const plans = new PostgresPlanDatabase(sql);
  const [first, second] = [event('~d', 1), event('~d', 2)];
  let { fence } = await plans.take(7);
  for (const one of [second, first])
    fence = await plans.commit(commitOf({ fence, events: [one], messages: [reply(String(one.seq))] }), 0);
  const { unpublished } = await plans.take(7);
  expect(unpublished.map(({ value }) => value)).toEqual([second.message.value, '2', first.message.value, '1']);
  expect((await plans.load(['~d'], 1)).get('~d')!.events.map(({ seq }) => seq)).toEqual([1, 2]);
});

it('replaces a snapshot with all that belongs to it', async () => {
  const plans = new PostgresPlanDatabase(sql);
  const snapshot = (version: number) => ({
    planId: '~e',
    seq: version,
    coreVersion: version,
    state: `state ${version}`,
    headers: { traceparent: `trace ${version}` },
  });
  let { fence } = await plans.take(8);
  for (const version of [1, 2]) fence = await plans.commit(commitOf({ fence, snapshots: [snapshot(version)] }), 0);
  expect((await plans.load(['~e'], 1)).get('~e')?.snapshot).toBeUndefined();
  expect((await plans.load(['~e'], 2)).get('~e')?.snapshot).toEqual(snapshot(2));
});
