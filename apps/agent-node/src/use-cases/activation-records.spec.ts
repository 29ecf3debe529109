/** What activations put on the log: besides their results, and together. */
import { expect, it } from 'vitest';
import {
  limits,
  ModelCall,
  PlatformError,
  topics,
  type ActivationResult,
  type AgentWork,
  type IncomingMessage,
  type OutgoingMessage,
} from '@waybill/contracts';
import { refuseLargeRecords } from '@waybill/messaging';
import { ManualClock } from '@waybill/testing';
import type { HostedAgent } from '../ports/hosted-agent.ts';
import { RunActivation } from './run-activation.ts';
import { RunningPlans } from './running-plans.ts';

const ids = { plan_id: 'p1', step_id: 'write', work_id: 'w1', epoch: 2, turn: 1 };
const work: AgentWork = {
  type: 'Activate',
  ...ids,
  agent: 'writer',
  input: {},
  journal: [],
  max_tokens: 9,
  priority: 5,
  not_after: 2e12,
};
const message: IncomingMessage = {
  topic: 'tasks.agent.writer',
  partition: 3,
  offset: 7,
  key: 'w1',
  timestamp: 0,
  headers: {},
  value: '{}',
};
const completed = (output: unknown) => ({ status: 'completed', output });

function node(activate: HostedAgent['activate'], append?: (messages: readonly OutgoingMessage[]) => Promise<void>) {
  const clock = new ManualClock();
  const written: OutgoingMessage[] = [];
  const appends: number[] = [];
  const lost: unknown[] = [];
  const log = {
    append: async (messages: readonly OutgoingMessage[]) => {
      refuseLargeRecords(messages);
      await append?.(messages);
      appends.push(messages.length);
      written.push(...messages);
      return [];
    },
  };
  const spans = { startSpan: () => ({ traceparent: 'trace', recordError: () => undefined, end: () => undefined }) };
  const counters = {
    activated: () => undefined,
    lostTokens: (error: unknown) => void lost.push(error),
    lostCalls: () => undefined,
  };
  const plans = new RunningPlans(clock);
  const agents = new Map([['writer', { name: 'writer', activate }]]);
  const activation = new RunActivation({ agents, log, clock, plans, spans, counters, refuseLarge: refuseLargeRecords });
  const run = (change: Partial<AgentWork> = {}) => activation.execute(message, { ...work, ...change });
  return { run, cancel: () => plans.cancel('p1'), written, appends, lost };
}

it('sends tokens under the activation’s name, before the result', async () => {
  const { run, written } = node(async (_work, { onToken }) => {
    onToken('one ');
    return completed('one ');
  });
  await run();
  expect(written.map(({ topic, key }) => [topic, key])).toEqual([
    [topics.taskTokens, 'p1'],
    [topics.taskResults, 'p1'],
  ]);
  const ids = { plan_id: 'p1', step_id: 'write', work_id: 'w1', epoch: 2, turn: 1 };
  expect(JSON.parse(String(written[0]!.value))).toEqual({ type: 'TokenChunk', ...ids, index: 0, text: 'one ' });
});

it('sends the tokens of an agent that does not wait before its result, too', async () => {
  const { run, written } = node((_work, { onToken }) => {
    onToken('one ');
    return completed('one ');
  });
  await run();
  expect(written.map(({ topic }) => topic)).toEqual([topics.taskTokens, topics.taskResults]);
});

it('says nothing more after an abort, and loses tokens rather than the result', async () => {
  const { run, cancel, written, lost } = node(
    async (_work, { onToken, signal }) => {
      onToken('said');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      onToken('unsaid');
      return completed(1);
    },
    async ([first]) => {
      if (first!.topic === topics.taskTokens) throw new PlatformError('log_unavailable');
    },
  );
  const running = run();
  cancel();
  await running;
  expect(String(written[0]!.value)).toContain('cancelled');
  expect(written).toHaveLength(1);
  expect(lost).toHaveLength(1);
});

it('records each model call with the result, without its words', async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 6 };
  const { run, written } = node(async (_work, { onModelCall }) => {
    onModelCall({ model: 'gpt', outcome: 'model_failed', latency_ms: 4 });
    onModelCall({ model: 'gpt', outcome: 'completed', usage, latency_ms: 3 });
    return completed(1);
  });
  await run();
  const calls = written.filter(({ topic }) => topic === topics.modelCalls);
  expect(calls.map(({ headers }) => headers['ce_id'])).toEqual(['w1/2/1/model/0', 'w1/2/1/model/1']);
  expect(ModelCall.parse(JSON.parse(String(calls[1]!.value)))).toEqual({
    type: 'ModelCall',
    plan_id: 'p1',
    step_id: 'write',
    work_id: 'w1',
    epoch: 2,
    turn: 1,
    index: 1,
    model: 'gpt',
    outcome: 'completed',
    usage,
    latency_ms: 3,
  });
});

it('answers duplicates of what was answered at once with the same records, also while they are being written', async () => {
  const gate = Promise.withResolvers<void>();
  const { run, written } = node(
    () => completed(Math.random()),
    () => gate.promise,
  );
  const both = [run(), run()];
  gate.resolve();
  await Promise.all(both);
  await run();
  expect(written).toHaveLength(3);
  expect(written[1]).toBe(written[0]);
  expect(written[2]).toBe(written[0]);
});

it('writes in one append what is ready in one turn, where an answer that is too large hurts no other', async () => {
  const { run, written, appends } = node(({ input }) => completed('x'.repeat(Number(input['chars']))));
  const runAll = (...sizes: number[]) =>
    Promise.all(sizes.map((chars) => run({ work_id: `w${chars}`, input: { chars } })));
  await runAll(1, 2, 3);
  expect(appends).toEqual([3]);
  await runAll(4, limits.recordBytes, 5);
  const results = written.map(({ value }) => JSON.parse(String(value)) as ActivationResult);
  const statuses = Object.fromEntries(results.map(({ work_id, outcome: { status } }) => [work_id, status]));
  expect(statuses).toEqual({
    ...Object.fromEntries(['w1', 'w2', 'w3', 'w4', 'w5'].map((id) => [id, 'completed'])),
    [`w${limits.recordBytes}`]: 'failed',
  });
});

it('says of an answer that is too large that it is, also when that cannot be written at first', async () => {
  let failures = 1;
  const { run, written } = node(
    () => completed('x'.repeat(limits.recordBytes)),
    () =>
      failures-- > 0 ? Promise.reject(new PlatformError('log_unavailable', { detail: 'away' })) : Promise.resolve(),
  );
  await expect(run()).rejects.toThrow('away');
  await run();
  const { outcome } = JSON.parse(String(written.at(-1)!.value)) as ActivationResult;
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'payload_too_large' } });
});

it('is not done with an activation that comes again while its result cannot be written', async () => {
  let isAway = true;
  const { run, written } = node(
    () => completed(1),
    async () => {
      if (isAway) throw new PlatformError('log_unavailable');
    },
  );
  await expect(run()).rejects.toMatchObject({ code: 'log_unavailable' });
  await expect(run()).rejects.toMatchObject({ code: 'log_unavailable' });
  isAway = false;
  await run();
  expect(written).toHaveLength(1);
});
