import 'reflect-metadata';
import { expect, it, onTestFinished } from 'vitest';
import { agentEntry, builtInAgents, defineAgent, echo, type Agent } from '@waybill/agents';
import {
  defaultOwner,
  encodeMessage,
  registryKey,
  topics,
  workTopic,
  type AgentWork,
  type IncomingMessage,
} from '@waybill/contracts';
import { PlatformError } from '@waybill/contracts';
import { SimulatedModel, type Model } from '@waybill/models';
import { createMetrics, createSpanRecorder, openTelemetry } from '@waybill/telemetry';
import { InMemoryMessageLog, ManualClock, until } from '@waybill/testing';
import { z } from 'zod';
import { startAgentNode, type AgentNodeOptions } from './start-agent-node.ts';

const clock = new ManualClock();

async function world() {
  const log = new InMemoryMessageLog({ clock });
  onTestFinished(() => log.close());
  const seen: IncomingMessage[] = [];
  const watched = [topics.taskResults, topics.taskTokens, topics.modelCalls, topics.registry, 'agent-node.dlq'];
  await log.tail({ topics: watched, from: 'start', onRecords: ({ records }) => void seen.push(...records) });
  const on = (topic: string) => seen.filter((message) => message.topic === topic);
  const bodies = (topic: string) => on(topic).map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>);
  const start = async (options: Partial<AgentNodeOptions> = {}) => {
    const node = await startAgentNode({ log, clock, agents: builtInAgents, model: new SimulatedModel(), ...options });
    onTestFinished(() => node.close());
    return node;
  };
  const dispatch = (change: Partial<AgentWork> & { agent: string }) => {
    const work = {
      type: 'Activate',
      plan_id: 'p1',
      step_id: 's',
      work_id: 'w1',
      epoch: 1,
      turn: 0,
      input: {},
      journal: [],
      max_tokens: 9_000,
      priority: 5,
      not_after: clock.now() + 60_000,
      ...change,
    };
    const meta = {
      id: `${work.work_id}/${work.epoch}/${work.turn}`,
      source: 'spec',
      time: '2026-01-01T00:00:00Z',
      owner: defaultOwner,
    };
    return log.append([
      encodeMessage({ topic: workTopic(`agent.${change.agent}`), key: work.work_id, name: 'Activate' }, work, meta),
    ]);
  };
  const cancel = (planId: string) =>
    log.append([
      encodeMessage(
        { topic: topics.taskSignals, key: planId, name: 'CancelSignal' },
        { type: 'CancelSignal', plan_id: planId, reason: 'test' },
        { id: planId, source: 'spec', time: '2026-01-01T00:00:00Z', owner: defaultOwner },
      ),
    ]);
  return { log, on, bodies, start, dispatch, cancel };
}

const text = 'A waybill names the goods and the way they go.';
const passages = [{ document_id: 'd', name: 'guide.md', place: 'Intro', text, score: 1 }];

it('does the work of its agents: result, tokens and the model call, in one trace', async () => {
  const { start, dispatch, on, bodies } = await world();
  const recorder = createSpanRecorder();
  const telemetry = await openTelemetry({ services: ['agent-node'], exporter: recorder.exporter });
  await start({ tracer: telemetry.tracer('agent-node') });
  await dispatch({ agent: 'writer', input: { goal: 'What does a waybill name?', passages } });
  await until(() => on(topics.taskResults).length === 1 && on(topics.modelCalls).length === 1, clock);
  const [result] = bodies(topics.taskResults) as {
    outcome: { output: { answer: string }; usage: object; model: string };
  }[];
  expect(result!.outcome.output.answer).toContain('names the goods');
  expect(result!.outcome).toMatchObject({
    status: 'completed',
    model: 'simulated',
    usage: bodies(topics.modelCalls)[0]!['usage'],
  });
  const spoken = bodies(topics.taskTokens).map(({ text }) => text);
  expect(spoken.join('')).toBe(result!.outcome.output.answer);
  expect(bodies(topics.modelCalls)[0]).toMatchObject({ model: 'simulated', outcome: 'completed' });
  await telemetry.close();
  const [announcement, call, activation] = recorder.spans();
  expect(announcement!.name).toBe('announce agents');
  expect(call).toMatchObject({
    name: 'model simulated',
    parentSpanId: activation!.spanId,
    traceId: activation!.traceId,
  });
  const trace = new RegExp(activation!.traceId);
  for (const topic of [topics.taskResults, topics.taskTokens])
    expect(on(topic)[0]!.headers['traceparent']).toMatch(trace);
});

it('announces its agents once, however many nodes start', async () => {
  const { start, on, log } = await world();
  const first = await start();
  await first.close();
  await start();
  await until(() => on(topics.registry).length === 4, clock);
  const expected = builtInAgents.map((agent) => registryKey(agentEntry(agent)));
  const announced = on(topics.registry).map(({ key }) => key.slice(0, key.lastIndexOf('/')));
  expect(announced.toSorted()).toEqual(expected.toSorted());
  for (const { headers } of on(topics.registry))
    expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-/);
  expect((await log.endOffsets(topics.registry)).reduce((sum, end) => sum + end)).toBe(4);
});

it('announces an agent again whose entry was taken away', async () => {
  const { start, on, log } = await world();
  await (await start({ agents: [echo] })).close();
  await until(() => on(topics.registry).length === 1, clock);
  const [{ key }] = on(topics.registry) as [IncomingMessage];
  await log.append([{ topic: topics.registry, key, headers: {}, value: null }]);
  await start({ agents: [echo] });
  await until(() => on(topics.registry).length === 3, clock);
});

it('knows of cancellations from before it started', async () => {
  const { start, dispatch, cancel, on, bodies } = await world();
  await cancel('p1');
  await dispatch({ agent: 'echo' });
  await start();
  await dispatch({ agent: 'echo', plan_id: 'p2', work_id: 'w2', input: { a: 1 } });
  await until(() => on(topics.taskResults).length > 0, clock);
  expect(bodies(topics.taskResults).map(({ plan_id }) => plan_id)).toEqual(['p2']);
});

/** Its call ends only when it is aborted, a turn later. */
const slow = (said: string[]): Model => ({
  name: 'slow',
  stream: (_request, { signal }) =>
    new Promise((_resolve, reject) => {
      said.push('begun');
      const abort = () => (said.push('aborted'), setImmediate(() => reject(new PlatformError('cancelled'))));
      signal.addEventListener('abort', abort);
    }),
});

it('aborts the model call of a cancelled plan', async () => {
  const { start, dispatch, cancel, bodies, on } = await world();
  const said: string[] = [];
  await start({ model: slow(said) });
  await dispatch({ agent: 'writer', input: { goal: 'What?', passages } });
  await until(() => said.length === 1, clock);
  await cancel('p1');
  await until(() => on(topics.taskResults).length === 1, clock);
  expect(said).toEqual(['begun', 'aborted']);
  expect(bodies(topics.taskResults)[0]).toMatchObject({ outcome: { status: 'failed', error: { class: 'cancelled' } } });
});

it('has recorded the model call that its own end broke off when it is closed', async () => {
  const { start, dispatch, bodies } = await world();
  const said: string[] = [];
  const node = await start({ model: slow(said), config: { inFlight: 1, drainMs: 0 } });
  await dispatch({ agent: 'writer', input: { goal: 'What?', passages } });
  await until(() => said.length === 1, clock);
  const closing = node.close();
  await until(() => said.length === 2, clock);
  await closing;
  expect(bodies(topics.modelCalls)).toMatchObject([{ outcome: 'cancelled' }]);
});

const clumsy = (activate: (signal: AbortSignal) => unknown): Agent =>
  defineAgent({
    name: 'clumsy',
    description: '',
    input: z.object({}),
    output: z.unknown(),
    activate: async ({ signal }) => activate(signal) as never,
  });

it('tells only the kind of an error that an agent did not expect, and counts what it cost', async () => {
  const { start, dispatch, on, bodies } = await world();
  const metrics = createMetrics('agent-node');
  await start({
    agents: [
      clumsy(() => {
        throw new TypeError('key sk-secret-123 is wrong');
      }),
    ],
    metrics,
  });
  await dispatch({ agent: 'clumsy' });
  await until(() => on(topics.taskResults).length === 1, clock);
  const [{ outcome }] = bodies(topics.taskResults) as [{ outcome: { error: { detail: string }; usage: object } }];
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { class: 'bug', code: 'agent_failed' },
    usage: { prompt_tokens: 0, completion_tokens: 0 },
  });
  expect(outcome.error.detail).toMatch(/^Agent clumsy failed with TypeError\..* trace [0-9a-f]{32}\.$/);
  expect(await metrics.text()).toContain('waybill_activations_total{');
});

it('answers for work that cannot be read', async () => {
  const { start, on, bodies, log } = await world();
  await start({ agents: [echo] });
  const broken = { type: 'Activate', plan_id: 'p1', step_id: 's', work_id: 'w1', epoch: 1, turn: 0 };
  const meta = { id: 'x', source: 'spec', time: '2026-01-01T00:00:00Z', owner: defaultOwner };
  await log.append([encodeMessage({ topic: 'tasks.agent.echo', key: 'w1', name: 'Activate' }, broken, meta)]);
  await log.append([{ topic: 'tasks.agent.echo', key: 'w1', headers: {}, value: new Uint8Array([255, 0]) }]);
  await until(() => on('agent-node.dlq').length === 2 && on(topics.taskResults).length === 1, clock);
  expect(bodies(topics.taskResults)[0]).toMatchObject({
    work_id: 'w1',
    outcome: { status: 'failed', error: { class: 'bug', code: 'poisoned' } },
  });
});

it('leaves what does not end in time to another node', async () => {
  const { start, dispatch, on } = await world();
  let begun = 0;
  const aborted: unknown[] = [];
  const stuck = clumsy((signal) => {
    signal.addEventListener('abort', () => aborted.push(signal.reason));
    return new Promise((resolve) => (begun += 1) > 1 && resolve({ status: 'completed', output: 'done' }));
  });
  const node = await start({ agents: [stuck] });
  await dispatch({ agent: 'clumsy' });
  await until(() => begun === 1, clock);
  const closing = node.close();
  await until(() => clock.nextInMs !== undefined);
  clock.advance(25_000);
  await closing;
  expect(on(topics.taskResults)).toEqual([]);
  expect(aborted).toMatchObject([{ code: 'unavailable' }]);
  await start({ agents: [stuck] });
  await until(() => on(topics.taskResults).length === 1, clock);
});

it('refuses two agents of one name', async () => {
  const { start } = await world();
  await expect(start({ agents: [echo, echo] })).rejects.toMatchObject({ code: 'invalid_configuration' });
});
