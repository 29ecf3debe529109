/** What an activation puts on the log besides its result. */
import { expect, it } from 'vitest';
import { PlatformError, topics, type AgentWork, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
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
  const lost: unknown[] = [];
  const log = {
    append: async (messages: readonly OutgoingMessage[]) => {
      await append?.(messages);
      written.push(...messages);
      return [];
    },
  };
  const spans = { startSpan: () => ({ traceparent: 'trace', recordError: () => undefined, end: () => undefined }) };
  const counters = { activated: () => undefined, lostTokens: (error: unknown) => void lost.push(error) };
  const plans = new RunningPlans(clock);
  const agents = new Map([['writer', { name: 'writer', activate }]]);
  const activation = new RunActivation({ agents, log, clock, plans, spans, counters });
  return { run: () => activation.execute(message, work), cancel: () => plans.cancel('p1'), written, lost };
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
  expect(JSON.parse(String(calls[1]!.value))).toEqual({
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
