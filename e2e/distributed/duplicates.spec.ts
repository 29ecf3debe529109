/**
 * Two processes of each service with 200 tasks running while every record of every topic is delivered twice.
 * Shown: every accepted task ends; each step is completed once; streams, documents, searches and tokens show nothing twice; `plan.events` is gapless
 * without its duplicates, which have the same bytes; the record is sound. And that every record really came twice, while its task ran.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import { topics, type TokenFrame } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { indexFolder } from '../../apps/platform/src/commands/index-folder.ts';
import { settings } from '../../tools/stack/places.mjs';
import { startCluster } from '../support/cluster.ts';
import { deliverTwice } from '../support/deliver-twice.ts';
import { checkAll, Checks } from '../support/checks.ts';
import { Load } from '../support/load.ts';
import { RecordTwice } from '../support/record-twice.ts';
import { runScript } from '../support/run-script.ts';
import { bootstrap, root } from '../support/scratch.ts';

const running = 200;
const eventsHeard = 5_000;
const collection = 'twice';
const question = { goal: 'How do consumer groups share partitions?', input: { collection } };

it('applies nothing twice when every record is delivered twice', async () => {
  const env = settings('orchestrator');
  const twice = await deliverTwice(env['KAFKA_BROKERS']!.split(','));
  const { services, clients, at } = await startCluster({ SIMULATED_TOKENS_PER_SECOND: '60' });
  const [one, other] = clients as [WaybillClient, WaybillClient];

  at.step = 'documents';
  const indexed = await indexFolder(one, join(root, 'examples/documents'), { collection });
  expect(indexed.problems).toEqual([]);
  const { hits } = await other.search({ query: 'consumer group', collection });
  expect(hits.length).toBeGreaterThan(1);
  expect(new Set(hits.map(({ document_id: id, place }) => `${id}/${place}`)).size).toBe(hits.length);
  at.step = 'cancels';
  // Before there is any load: only what is at work when it is cancelled is signalled.
  await cancelsOnce(one, other);
  // Who submits waits for the copies, so that they come while tasks run however slow the machine is.
  at.step = 'tokens and workflows under load';
  const load = new Load(clients, running, { before: () => twice.catchUp() });
  at.doing = load;
  await Promise.all([speaksOnce(clients), registersOnce(one, other)]);
  at.step = 'load';
  const ended = Promise.race([load.ended, services.failure]);
  ended.catch(() => {}); // told where it is waited for
  while (load.heard < eventsHeard) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10))]);
  load.stop();
  const done = await ended;
  at.step = 'what was heard is right';
  const checks = (at.doing = new Checks(done));
  await checkAll(clients, checks);
  expect((await other.documents({ collection, status: 'indexed' })).items).toHaveLength(indexed.documents);

  at.step = 'stop';
  expect(await services.stop()).toEqual(services.processes.map(() => 0));
  at.step = 'copies';
  const record = new RecordTwice();
  await twice.finish((message) => record.add(message));
  expect(record.problems).toEqual([]);
  expect(record.unpaired()).toEqual([]);
  expect([...record.topics]).toEqual(expect.arrayContaining(Object.values(topics)));
  console.log(
    `${record.records} records; ${record.early} of ${record.events} events came again before their task had ended`,
  );
  expect(record.early).toBeGreaterThan(record.events / 10);
  const verified = await runScript(bootstrap, ['waybill', 'verify'], env);
  expect(verified.stdout).toMatch(/sound/);
  expect(verified.code).toBe(0);
});

/** What the model says is shown once, on both addresses. */
async function speaksOnce(clients: readonly WaybillClient[]): Promise<void> {
  const { task_id: taskId } = await clients[0]!.submit(question);
  for (const { tokens, resets, events } of await Promise.all(clients.map((client) => listen(client, taskId)))) {
    expect(events.filter((type) => type === 'StepCompleted')).toHaveLength(3);
    expect(events.at(-1)).toBe('TaskCompleted');
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(resets).toBe(0);
  }
}

async function listen(client: WaybillClient, taskId: string) {
  const tokens: string[] = [];
  const events: string[] = [];
  let resets = 0;
  for await (const frame of client.follow(taskId, { tokens: true })) {
    if (frame.kind === 'token') tokens.push(nameOf(frame.token));
    else if (frame.kind === 'event') events.push(frame.event.type);
    else resets += 1;
  }
  return { tokens, events, resets };
}

const nameOf = ({ work_id, epoch, turn, index }: TokenFrame): string => [work_id, epoch, turn, index].join('/');

/** A workflow that nobody has had before: agents that are known already are not registered anew. */
async function registersOnce(one: WaybillClient, other: WaybillClient): Promise<void> {
  const name = `twice-${randomUUID()}`;
  const { version } = await one.putWorkflow(name, { name, steps: { only: { agent: 'echo' } } });
  expect(version).toBe(1);
  const { task_id: taskId } = await other.submit({ workflow: name });
  expect((await listen(other, taskId)).events.at(-1)).toBe('TaskCompleted');
  expect((await other.workflow(name)).version).toBe(1);
}

/** The second command finds a task that has ended, and its verdict is not the first one's. */
async function cancelsOnce(one: WaybillClient, other: WaybillClient): Promise<void> {
  const { task_id: taskId } = await one.submit(question);
  for await (const frame of other.follow(taskId, { tokens: true })) if (frame.kind === 'token') break;
  expect(await one.cancel(taskId, 'enough')).toMatchObject({ status: 'cancelled' });
  const { events } = await listen(other, taskId);
  expect(events.filter((type) => type === 'TaskCancelled')).toHaveLength(1);
}
