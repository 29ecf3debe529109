/** Model calls that end after their activation: they have cost something, so they are on the record, too. */
import { refuseLargeRecords } from '@waybill/messaging';
import { expect, it } from 'vitest';
import { PlatformError, topics, type AgentWork, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import { ManualClock } from '@waybill/testing';
import type { ActivationIo } from '../ports/hosted-agent.ts';
import { LateCalls } from './late-calls.ts';
import { RunActivation } from './run-activation.ts';
import { RunningPlans } from './running-plans.ts';

const ids = { plan_id: 'p1', step_id: 'write', work_id: 'w1', epoch: 2, turn: 1 };
const limits = { max_tokens: 9, priority: 5, not_after: 2e12 };
const work: AgentWork = { type: 'Activate', ...ids, agent: 'writer', input: {}, journal: [], ...limits };
const place = { topic: 'tasks.agent.writer', partition: 3, offset: 7, key: 'w1', timestamp: 0 };
const message: IncomingMessage = { ...place, headers: {}, value: '{}' };
const call = (outcome: string) => ({ model: 'gpt', outcome, latency_ms: 4 });

/** Its agent makes one call that is answered, and one that ends as the spec says. */
function node(append: (messages: readonly OutgoingMessage[]) => void = () => undefined) {
  const clock = new ManualClock();
  const written: OutgoingMessage[] = [];
  const lost: unknown[] = [];
  const log = {
    append: async (messages: readonly OutgoingMessage[]) => {
      append(messages);
      written.push(...messages);
      return [];
    },
  };
  const spans = { startSpan: () => ({ traceparent: 'trace', recordError: () => undefined, end: () => undefined }) };
  const counters = {
    activated: () => undefined,
    lostTokens: () => undefined,
    lostCalls: (error: unknown) => void lost.push(error),
  };
  const second = Promise.withResolvers<void>();
  const activate = async (_work: AgentWork, io: ActivationIo) => {
    io.onModelCall(call('completed'));
    await second.promise;
    io.onModelCall(call('cancelled'));
    throw new PlatformError('cancelled');
  };
  const plans = new RunningPlans(clock);
  const agents = new Map([['writer', { name: 'writer', activate }]]);
  const activation = new RunActivation({ agents, log, clock, plans, spans, counters, refuseLarge: refuseLargeRecords });
  const calls = () =>
    written
      .filter(({ topic }) => topic === topics.modelCalls)
      .map(({ headers, value }) => [headers['ce_id'], (JSON.parse(String(value)) as { outcome: string }).outcome]);
  const run = (notAfter = work.not_after) => activation.execute(message, { ...work, not_after: notAfter });
  const endCall = async () => {
    second.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { activation, run, plans, clock, written, lost, calls, endCall };
}

const both = [
  ['w1/2/1/model/0', 'completed'],
  ['w1/2/1/model/1', 'cancelled'],
];

it('records the call that a cancellation broke off, under its activation’s name and trace', async () => {
  const { run, plans, written, calls, endCall } = node();
  const running = run();
  plans.cancel('p1');
  await running;
  expect(calls()).toEqual([both[0]]);
  await endCall();
  expect(calls()).toEqual(both);
  expect(written.at(-1)).toMatchObject({
    key: 'p1',
    headers: { traceparent: 'trace', cause: 'tasks.agent.writer/3/7', ce_subject: 'write' },
  });
});

it('records the call that was under way when the time was up', async () => {
  const { run, clock, calls, endCall } = node();
  const running = run(clock.now() + 500);
  clock.advance(500);
  await running;
  await endCall();
  expect(calls()).toEqual(both);
});

it('loses a call that cannot be written, says so, and nobody else is hurt', async () => {
  const { run, plans, lost, calls, endCall } = node((messages) => {
    if (messages.length === 1) throw new PlatformError('log_unavailable');
  });
  const running = run();
  plans.cancel('p1');
  await running;
  await endCall();
  expect([calls(), lost]).toEqual([[both[0]], [expect.objectContaining({ code: 'log_unavailable' })]]);
});

it('leaves a call to the answer that could not be written: they are written together later', async () => {
  let isDown = true;
  const { run, plans, calls, lost } = node(() => {
    if (isDown) throw new PlatformError('log_unavailable');
  });
  const running = run();
  plans.cancel('p1');
  await expect(running).rejects.toMatchObject({ code: 'log_unavailable' });
  isDown = false;
  expect(lost).toEqual([]);
  await run();
  expect(calls()).toEqual([both[0]]);
});

it('records what a node that ends has called: the activation is another node’s, the calls were its own', async () => {
  const { activation, run, plans, written, calls, endCall } = node();
  const running = run();
  plans.abandonAll();
  await expect(running).rejects.toMatchObject({ code: 'unavailable' });
  const closed = activation.close();
  await endCall();
  await closed;
  expect(calls()).toEqual(both);
  expect(written).toHaveLength(2);
});

it('does not wait for ever for an agent that goes on: its calls are lost then', async () => {
  const { activation, run, plans, clock, lost, calls, endCall } = node();
  const running = run();
  plans.cancel('p1');
  await running;
  const closed = activation.close();
  clock.advance(1_000);
  await closed;
  await endCall();
  expect([calls(), lost.length]).toEqual([[both[0]], 1]);
});

it('ends at once when there is nothing to wait for', async () => {
  const { activation, clock } = node();
  await activation.close();
  expect(clock.nextInMs).toBeUndefined();
});

/** The log takes nothing until `take` is called. */
function stuck() {
  const taken = Promise.withResolvers<never[]>();
  let lost = 0;
  const counters = { activated: () => undefined, lostTokens: () => undefined, lostCalls: () => void (lost += 1) };
  const late = new LateCalls({ log: { append: () => taken.promise }, clock: new ManualClock(), counters });
  const write = () => late.write({ topic: topics.modelCalls, key: 'p1', headers: {}, value: '{}' });
  return { late, write, take: () => taken.resolve([]), lost: () => lost };
}

it('waits at its end for what is being written', async () => {
  const { late, write, take } = stuck();
  write();
  const told: string[] = [];
  const closed = late.close().then(() => told.push('closed'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
  take();
  await closed;
});

it('keeps a thousand calls while the log is away, and loses what is more', () => {
  const { write, lost } = stuck();
  for (let written = 0; written < 1_000; written += 1) write();
  expect(lost()).toBe(0);
  write();
  expect(lost()).toBe(1);
});
