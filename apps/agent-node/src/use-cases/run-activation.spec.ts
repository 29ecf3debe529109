import { describe, expect, it } from 'vitest';
import {
  limits,
  PlatformError,
  topics,
  type ActivationResult,
  type AgentWork,
  type IncomingMessage,
  type OutgoingMessage,
} from '@waybill/contracts';
import { refuseLargeRecords } from '@waybill/messaging';
import { ManualClock } from '@waybill/testing';
import type { ActivationIo } from '../ports/hosted-agent.ts';
import { RunActivation } from './run-activation.ts';
import { RunningPlans } from './running-plans.ts';

type Activate = (work: AgentWork, io: ActivationIo) => unknown;
const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function node(activate: Activate, append?: (messages: readonly OutgoingMessage[]) => Promise<void>) {
  const clock = new ManualClock();
  const written: OutgoingMessage[] = [];
  const told: string[] = [];
  const runs: string[] = [];
  const log = {
    append: async (messages: readonly OutgoingMessage[]) => {
      refuseLargeRecords(messages);
      await append?.(messages);
      written.push(...messages);
      return [];
    },
  };
  const agent = {
    name: 'writer',
    activate: (work: AgentWork, io: ActivationIo) => {
      runs.push(`${work.work_id}/${work.epoch}/${work.turn}`);
      return activate(work, io);
    },
  };
  const spans = {
    startSpan: (name: string) => ({
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-aaaaaaaaaaaaaaaa-01',
      recordError: (error: unknown) => told.push(`${name} failed: ${(error as Error & { code: string }).code}`),
      end: () => told.push(`${name} ended`),
    }),
  };
  const counters = {
    activated: (name: string, how: string) => told.push(`${name} ${how}`),
    lostTokens: () => undefined,
    lostCalls: () => undefined,
  };
  const plans = new RunningPlans(clock);
  const parts = { log, clock, plans, spans, counters, refuseLarge: refuseLargeRecords };
  const activation = new RunActivation({ agents: new Map([[agent.name, agent]]), ...parts });
  const results = (): ActivationResult[] =>
    written
      .filter(({ topic }) => topic === topics.taskResults)
      .map(({ value }) => JSON.parse(String(value)) as ActivationResult);
  const outcome = () => results()[0]!.outcome;
  return { activation, clock, written, told, runs, plans, results, outcome };
}

const work = (change: Partial<AgentWork> = {}): AgentWork => ({
  type: 'Activate',
  plan_id: 'p1',
  step_id: 'write',
  work_id: 'w1',
  epoch: 2,
  turn: 1,
  agent: 'writer',
  input: { goal: 'x' },
  journal: [],
  max_tokens: 100,
  priority: 5,
  not_after: 1_800_000_000_000,
  ...change,
});
const message: IncomingMessage = {
  topic: 'tasks.agent.writer',
  partition: 3,
  offset: 7,
  key: 'w1',
  timestamp: 0,
  headers: { traceparent: parent, tenant: 'acme', subject: 'ann', ce_id: 'x' },
  value: '{}',
};
/** Of an agent that never answers. */
function hanging() {
  let signal: AbortSignal | undefined;
  const made = node((_work, io) => new Promise(() => void (signal = io.signal)));
  return { ...made, isAborted: () => signal!.aborted };
}
const completed = (output: unknown) => ({ status: 'completed', output });

describe('running an activation', () => {
  it('publishes the outcome under the activation’s name before it is done', async () => {
    const { activation, written, outcome, told } = node(async ({ input }) => completed(input));
    await activation.execute(message, work());
    expect(outcome()).toEqual({ status: 'completed', output: { goal: 'x' } });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({
      topic: 'task.results',
      key: 'p1',
      headers: {
        ce_id: 'w1/2/1/result',
        ce_type: 'waybill.ActivationResult.v1',
        ce_source: 'agent-node',
        ce_subject: 'write',
        tenant: 'acme',
        subject: 'ann',
        cause: 'tasks.agent.writer/3/7',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-aaaaaaaaaaaaaaaa-01',
      },
    });
    expect(told).toEqual(['writer completed', 'activate writer ended']);
  });

  it('refuses an answer that is not JSON', async () => {
    const { activation, outcome } = node(async () => completed({ n: 1n }));
    await activation.execute(message, work());
    expect(outcome()).toMatchObject({ status: 'failed', error: { class: 'invalid', code: 'invalid_output' } });
  });

  it('lets a suspension and a failure through', async () => {
    const calls = [{ kind: 'knowledge.search', input: { query: 'x' } }];
    const suspended = node(async () => ({ status: 'suspended', calls }));
    await suspended.activation.execute(message, work());
    expect(suspended.outcome()).toEqual({ status: 'suspended', calls });
    const error = { class: 'transient', code: 'model_failed', detail: 'down', retry_after_ms: 9 };
    const failing = node(async () => ({ status: 'failed', error }));
    await failing.activation.execute(message, work());
    expect(failing.outcome()).toEqual({ status: 'failed', error });
    expect(failing.told).toContain('activate writer failed: model_failed');
  });

  it('says whose answer was too large for a record, and what it has cost', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 6 };
    const { activation, outcome, written } = node(async () => ({
      ...completed('é'.repeat(limits.recordBytes / 2)),
      usage,
    }));
    await activation.execute(message, work());
    expect(outcome()).toMatchObject({
      status: 'failed',
      usage,
      error: { code: 'payload_too_large', detail: expect.stringContaining('agent writer') as string },
    });
    expect(String(written[0]!.value).length).toBeLessThan(1_000);
    const fitting = node(async () => completed('x'.repeat(limits.recordBytes - 2_000)));
    await fitting.activation.execute(message, work());
    expect(fitting.outcome().status).toBe('completed');
  });

  it('does not run what comes too late, and says so', async () => {
    const { activation, runs, outcome } = node(async () => completed(1));
    await activation.execute(message, work({ not_after: 1 }));
    expect(runs).toEqual([]);
    expect(outcome()).toMatchObject({
      status: 'failed',
      error: { class: 'transient', code: 'timeout' },
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    });
  });

  it('joins a run that is under way and answers a later duplicate with the same records', async () => {
    const gate = Promise.withResolvers<void>();
    const { activation, runs, written } = node(async () => {
      await gate.promise;
      return completed(Math.random());
    });
    const both = [activation.execute(message, work()), activation.execute({ ...message, offset: 8 }, work())];
    gate.resolve();
    await Promise.all(both);
    expect(written).toHaveLength(1);
    await activation.execute({ ...message, offset: 9 }, work());
    expect(runs).toEqual(['w1/2/1']);
    expect(written[1]).toEqual(written[0]);
    await activation.execute(message, work({ turn: 2 }));
    expect(runs).toEqual(['w1/2/1', 'w1/2/2']);
  });

  it('publishes a finished result again, without another run, when the log was away', async () => {
    let isDown = true;
    const { activation, runs, results } = node(
      async () => completed(1),
      async () => {
        if (isDown) throw new PlatformError('log_unavailable');
      },
    );
    await expect(activation.execute(message, work())).rejects.toMatchObject({ code: 'log_unavailable' });
    isDown = false;
    await activation.execute(message, work());
    expect(runs).toHaveLength(1);
    expect(results()).toHaveLength(1);
  });

  it('passes on an agent that this node does not have', async () => {
    await expect(node(async () => 1).activation.execute(message, work({ agent: 'other' }))).rejects.toMatchObject({
      code: 'unknown_agent',
    });
  });
});

describe('time that is up', () => {
  it('aborts what runs still, whether the agent listens or not, and says so', async () => {
    const { activation, clock, outcome, isAborted } = hanging();
    const run = activation.execute(message, work({ not_after: clock.now() + 500 }));
    clock.advance(499);
    expect(isAborted()).toBe(false);
    clock.advance(1);
    await run;
    expect(outcome()).toMatchObject({ status: 'failed', error: { class: 'transient', code: 'timeout' } });
    expect([isAborted(), 'usage' in outcome()]).toEqual([true, false]); // nobody knows what the broken call has cost
  });

  it('is not waited for by what has ended', async () => {
    const { activation, clock } = node(async () => completed(1));
    expect([await activation.execute(message, work()), clock.nextInMs]).toEqual([undefined, undefined]);
  });
});

describe('cancelling', () => {
  it('aborts what runs at once, whether the agent listens or not', async () => {
    const { activation, plans, outcome, isAborted } = hanging();
    const run = activation.execute(message, work());
    plans.cancel('p1');
    await run;
    expect(isAborted()).toBe(true);
    expect(outcome()).toMatchObject({ status: 'failed', error: { class: 'cancelled', code: 'cancelled' } });
  });

  it('does not begin queued work of a cancelled plan, and answers nothing', async () => {
    const { activation, plans, runs, written, told } = node(async () => completed(1));
    plans.cancel('p1');
    await activation.execute(message, work());
    expect(runs).toEqual([]);
    expect(written).toEqual([]);
    expect(told).toEqual(['writer cancelled']);
    await activation.execute(message, work({ plan_id: 'p2', work_id: 'w2' }));
    expect(runs).toHaveLength(1);
  });

  it('leaves work to another node when this one ends: nothing is published', async () => {
    const { activation, plans, written } = node(() => new Promise(() => undefined));
    const runs = [activation.execute(message, work()), activation.execute(message, work({ work_id: 'w2' }))];
    plans.abandonAll();
    for (const run of runs) await expect(run).rejects.toMatchObject({ code: 'unavailable' });
    expect(written).toEqual([]);
  });
});
