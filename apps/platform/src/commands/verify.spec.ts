/** What makes a record unsound: each is found, and told in one sentence. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { defaultOwner, encodeMessage, topics, type OutgoingMessage } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import type { PlanStore, StoredPlan } from '@waybill/storage';
import { nullLogger } from '@waybill/telemetry';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openRecord, type EmbeddedRecord } from '../composition/embedded-record.ts';
import { verify } from './verify.ts';

const planId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
const time = '2026-11-21T10:00:00.000Z';
const accepted = { workflow: 'one@1', input: {}, priority: 5, labels: {}, budget: {} };
const event = (seq: number, type: string, data: object, key = planId): OutgoingMessage =>
  encodeMessage(
    { topic: topics.planEvents, key, name: type },
    { seq, type, time, data },
    { id: `${planId}/${seq}`, source: 'orchestrator', time, owner: defaultOwner },
  );
const begun = event(1, 'TaskAccepted', accepted);
const ended = (seq: number, key = planId): OutgoingMessage =>
  event(seq, 'TaskCancelled', { reason: 'no', usage: { prompt_tokens: 0, completion_tokens: 0, steps: 0 } }, key);

interface Stored {
  readonly plans?: ReadonlyMap<string, StoredPlan>;
  /** In their order. */
  readonly published: readonly string[];
}
const storeOf = ({ plans = new Map(), published }: Stored): PlanStore =>
  ({
    load: async () => plans,
    publishedPlans: async (after: string, limit: number) =>
      published.filter((id) => after === '' || published.indexOf(id) > published.indexOf(after)).slice(0, limit),
  }) as unknown as PlanStore;

async function problemsOf(records: readonly OutgoingMessage[], stored: readonly OutgoingMessage[] | undefined) {
  const log = new InMemoryMessageLog({ clock: systemClock });
  for (const record of records) await log.append([record]);
  const events = stored?.map(({ value, headers }, index) => ({ seq: index + 1, value: String(value), headers }));
  const plans = new Map(events ? [[planId, { planId, events } as unknown as StoredPlan]] : []);
  return (await verify(log, storeOf({ plans, published: events ? [planId] : [] }))).problems;
}

it('finds nothing in a record that is sound, though an event came twice', async () => {
  expect(await problemsOf([begun, begun], [begun])).toEqual([]);
});

it.each([
  [
    'an event that came with two texts',
    [begun, event(1, 'TaskAccepted', { ...accepted, priority: 6 })],
    [begun],
    /two texts/,
  ],
  ['a gap', [begun, ended(3)], [begun, ended(2)], /no event 2, but event 3/],
  ['an event after the end', [begun, ended(2), ended(3)], [begun, ended(2)], /follows its terminal event/],
  ['a plan that the store lacks', [begun], undefined, /not in the store/],
  ['a plan that the log lacks', [], [begun], /in the store and not in the log/],
  ['another state in the store', [begun], [ended(1)], /another state/],
  ['the end of a plan that only the store has', [begun], [begun, ended(2)], /up to 2 in the store and up to 1 in/],
] as const)('finds %s', async (_what, records, stored, said) => {
  expect(await problemsOf(records, stored)).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
});

it('finds nothing in a platform that runs: what was written while the log was read is there at a second look', async () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  const another = planId.replace(/0$/, '1');
  await log.append([begun]);
  const texts = [begun, ended(2)].map(({ value, headers }, at) => ({ seq: at + 1, value: String(value), headers }));
  const later = event(1, 'TaskAccepted', accepted, another);
  const store = {
    load: async () => {
      await log.append([ended(2), later]);
      return new Map([[planId, { planId, events: texts }]]);
    },
    publishedPlans: async (after: string) => (after === '' ? [planId, another] : []),
  } as unknown as PlanStore;
  expect(await verify(log, store)).toEqual({ plans: 2, events: 3, running: 1, problems: [] });
});

it('names some of many plans that the log lacks, and counts the others', async () => {
  const published = Array.from({ length: 1_234 }, (_, n) => `plan-${n}`);
  const log = new InMemoryMessageLog({ clock: systemClock });
  const { problems } = await verify(log, storeOf({ published }));
  expect(problems).toHaveLength(101);
  expect(problems.slice(0, 2)).toEqual([
    'Plan plan-0 is in the store and not in the log.',
    'Plan plan-1 is in the store and not in the log.',
  ]);
  expect(problems.at(-1)).toBe('1134 more plans are in the store and not in the log.');
});

/** A data folder with a plan in each of two partitions, of two events that were committed one after the other. */
async function recorded(): Promise<{ ids: string[]; problems: () => Promise<readonly string[]>; lose: Lose }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'waybill-verify-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const opened = async <T>(work: (record: EmbeddedRecord) => Promise<T>): Promise<T> => {
    const record = openRecord({ dataDir, logger: nullLogger, onBroken: () => undefined });
    try {
      return await work(record);
    } finally {
      await record.close();
    }
  };
  const ids = ['a', 'b'].map((last) => `${planId.slice(0, -1)}${last}`);
  await opened(async ({ plans }) => {
    for (const [partition, id] of ids.entries()) {
      let { fence } = await plans.take(partition);
      for (const [at, message] of [event(1, 'TaskAccepted', accepted, id), ended(2, id)].entries())
        fence = await plans.commit({
          fence,
          commitId: `${id}/${at}`,
          offsets: { requests: at, results: 0 },
          events: [{ planId: id, seq: at + 1, message }],
          wakeUps: [],
          messages: [],
          snapshots: [],
        });
    }
  });
  const lose: Lose = (sql) => {
    const db = new DatabaseSync(join(dataDir, 'waybill.db'));
    db.exec(sql);
    db.close();
  };
  return { ids, problems: () => opened(async ({ log, plans }) => (await verify(log, plans)).problems), lose };
}
type Lose = (sql: string) => void;
const batchesOf = (partition: number): string =>
  `place / ${2 ** 38} = (SELECT id FROM topic_partitions WHERE topic = 'plan.events' AND partition = ${partition})`;

it('finds the plans of a partition, and of a topic, that the log has lost and the data folder still knows', async () => {
  const { ids, problems, lose } = await recorded();
  expect(await problems()).toEqual([]);
  lose(`DELETE FROM batches WHERE ${batchesOf(1)}`);
  expect(await problems()).toEqual([`Plan ${ids[1]} is in the store and not in the log.`]);
  lose(`DELETE FROM topics WHERE topic = 'plan.events'; DELETE FROM topic_partitions WHERE topic = 'plan.events'`);
  expect(await problems()).toEqual(ids.map((id) => `Plan ${id} is in the store and not in the log.`));
});

it('finds a plan that the log has lost the end of, and looks at all others', async () => {
  const { ids, problems, lose } = await recorded();
  lose(`DELETE FROM batches WHERE place = (SELECT max(place) FROM batches WHERE ${batchesOf(0)})`);
  lose(`DELETE FROM batches WHERE ${batchesOf(1)}`);
  expect(await problems()).toEqual([
    `Events of plan ${ids[0]} are missing in plan.events/0 from offset 1 on.`,
    `Plan ${ids[1]} is in the store and not in the log.`,
  ]);
});
