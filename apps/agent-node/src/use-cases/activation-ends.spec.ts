/** What an activation leaves behind when it ends, and what a cancellation finds of it. */
import { refuseLargeRecords } from '@waybill/messaging';
import { topics, type AgentWork, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import { ManualClock, quiet } from '@waybill/testing';
import { expect, it } from 'vitest';
import type { HostedAgent } from '../ports/hosted-agent.ts';
import { RunActivation } from './run-activation.ts';
import { RunningPlans } from './running-plans.ts';

const ids = { plan_id: 'p1', step_id: 'write', work_id: 'w1', epoch: 2, turn: 1 };
const limits = { max_tokens: 9, priority: 5, not_after: 2e12 };
const work: AgentWork = { type: 'Activate', ...ids, agent: 'writer', input: {}, journal: [], ...limits };
const place = { topic: 'tasks.agent.writer', partition: 3, offset: 7, key: 'w1', timestamp: 0 };
const message: IncomingMessage = { ...place, headers: {}, value: '{}' };
const completed = { status: 'completed', output: 1 };

function node(activate: HostedAgent['activate'], before?: (messages: readonly OutgoingMessage[]) => Promise<void>) {
  const clock = new ManualClock();
  const written: string[] = [];
  const append = async (messages: readonly OutgoingMessage[]) => {
    await before?.(messages);
    written.push(...messages.map(({ topic }) => topic));
    return [];
  };
  const spans = { startSpan: () => ({ traceparent: 'trace', recordError: () => undefined, end: () => undefined }) };
  const counters = { activated: () => undefined, lostTokens: () => undefined, lostCalls: () => undefined };
  const plans = new RunningPlans(clock);
  const agents = new Map([['writer', { name: 'writer', activate }]]);
  const activation = new RunActivation({
    agents,
    log: { append },
    clock,
    plans,
    spans,
    counters,
    refuseLarge: refuseLargeRecords,
  });
  return { run: () => activation.execute(message, work), plans, written };
}

it('has its result written only when its tokens are', async () => {
  const gate = Promise.withResolvers<void>();
  const { run, written } = node(
    async (_work, { onToken }) => {
      onToken('one ');
      return completed;
    },
    ([first]) => (first!.topic === topics.taskTokens ? gate.promise : Promise.resolve()),
  );
  const running = run();
  await quiet();
  expect(written).toEqual([]);
  gate.resolve();
  await running;
  expect(written).toEqual([topics.taskTokens, topics.taskResults]);
});

it('says nothing more, whatever its agent goes on to say', async () => {
  let speak: (text: string) => void = () => undefined;
  const { run, written } = node(async (_work, { onToken }) => {
    speak = onToken;
    return completed;
  });
  await run();
  speak('unheard');
  await quiet();
  expect(written).toEqual([topics.taskResults]);
});

it('is not found by a cancellation any more', async () => {
  let signal: AbortSignal | undefined;
  const { run, plans } = node(async (_work, io) => {
    signal = io.signal;
    return completed;
  });
  await run();
  plans.cancel('p1');
  expect(signal!.aborted).toBe(false);
});

it('is over for an agent that looks at its signal only after the cancellation', async () => {
  const asked = Promise.withResolvers<void>();
  const seen: boolean[] = [];
  const { run, plans } = node(async (_work, io) => {
    await asked.promise;
    seen.push(io.signal.aborted);
    return completed;
  });
  const running = run();
  plans.cancel('p1');
  asked.resolve();
  await running;
  await quiet();
  expect(seen).toEqual([true]);
});
