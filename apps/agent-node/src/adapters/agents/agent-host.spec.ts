import { expect, it } from 'vitest';
import type { Agent } from '@waybill/agents';
import { PlatformError, type AgentWork, type Outcome } from '@waybill/contracts';
import type { Model, ModelRequest } from '@waybill/models';
import { createLogger, createSpanRecorder, dormantTracer, openTelemetry } from '@waybill/telemetry';
import { ManualClock } from '@waybill/testing';
import type { ModelCall } from '../../domain/model-call.ts';
import { AgentHost } from './agent-host.ts';

const usage = { prompt_tokens: 30, completion_tokens: 10 };
const work = {
  agent: 'a',
  plan_id: 'p',
  step_id: 's',
  epoch: 1,
  turn: 0,
  input: {},
  journal: [],
  max_tokens: 100,
} as unknown as AgentWork;
const request: ModelRequest = { instructions: '', prompt: 'x', maxTokens: 90 };

function host(
  activate: Agent['activate'],
  stream?: (request: ModelRequest) => Promise<void>,
  tracer = dormantTracer(),
) {
  const clock = new ManualClock();
  const asked: number[] = [];
  const calls: ModelCall[] = [];
  const lines: string[] = [];
  const model: Model = {
    name: 'gpt',
    stream: async (given) => {
      asked.push(given.maxTokens);
      clock.advance(7);
      await stream?.(given);
      return { text: 'hi', usage, model: 'gpt-0' };
    },
  };
  const logger = createLogger('spec', { destination: { write: (line: string) => void lines.push(line) } });
  const agent: Agent = {
    name: 'a',
    version: 1,
    description: '',
    maxTokens: 100,
    inputSchema: {},
    outputSchema: {},
    activate,
  };
  const io = {
    signal: new AbortController().signal,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    onToken: () => undefined,
    onModelCall: (call: ModelCall) => void calls.push(call),
  };
  const run = () => new AgentHost(agent, { model, clock, tracer, logger }).activate(work, io) as Promise<Outcome>;
  return { run, asked, calls, lines, options: { signal: io.signal, onToken: io.onToken } };
}

it('adds up what several calls used and bounds the next by what is left', async () => {
  const made = host(async (_activation, { model }) => {
    for (let call = 0; call < 2; call += 1) await model.stream(request, made.options);
    return { status: 'completed', output: model.name };
  });
  expect(await made.run()).toEqual({
    status: 'completed',
    output: 'gpt',
    model: 'gpt-0',
    usage: { prompt_tokens: 60, completion_tokens: 20 },
  });
  expect(made.asked).toEqual([90, 60]);
  expect(made.calls).toEqual([
    { model: 'gpt-0', outcome: 'completed', usage, latency_ms: 7 },
    { model: 'gpt-0', outcome: 'completed', usage, latency_ms: 7 },
  ]);
});

it.each([
  ['a refusal costs nothing', new PlatformError('model_refused'), { prompt_tokens: 0, completion_tokens: 0 }],
  [
    'a rate limit costs nothing',
    new PlatformError('model_failed', { retryAfterMs: 5 }),
    { prompt_tokens: 0, completion_tokens: 0 },
  ],
  ['what a broken call costs is unknown', new PlatformError('model_failed'), undefined],
  ['what a cancelled call costs is unknown', new PlatformError('cancelled'), undefined],
  ['what an unknown error costs is unknown', new Error('hm'), undefined],
])('%s', async (_what, error, expected) => {
  const made = host(
    async (_activation, { model }) => {
      await model.stream(request, made.options);
      throw new Error('unreachable');
    },
    () => Promise.reject(error),
  );
  const outcome = await made.run();
  expect(outcome.status).toBe('failed');
  expect(outcome.usage).toEqual(expected);
  expect(made.calls[0]).toEqual({
    model: 'gpt',
    latency_ms: 7,
    outcome: error instanceof PlatformError ? error.code : 'agent_failed',
    ...(expected && { usage: expected }),
  });
});

it.each<Outcome>([
  { status: 'completed', output: 1 },
  { status: 'suspended', calls: [{ kind: 'knowledge.search', input: {} }] },
])(
  'counts all that was reserved when an agent goes on after a call whose cost is unknown: $status',
  async (outcome) => {
    let calls = 0;
    const made = host(
      async (_activation, { model }) => {
        await model.stream(request, made.options);
        await model.stream(request, made.options).catch(() => undefined);
        return outcome;
      },
      async () => {
        calls += 1;
        if (calls === 2) throw new PlatformError('model_failed');
      },
    );
    expect(await made.run()).toMatchObject({ ...outcome, usage: { prompt_tokens: 100, completion_tokens: 0 } });
  },
);

it('leaves the outcome of an agent that asks no model as it is', async () => {
  const outcome: Outcome = { status: 'completed', output: 1 };
  expect(await host(async () => outcome).run()).toBe(outcome);
  const counted: Outcome = { status: 'completed', output: 1, usage };
  expect(await host(async () => counted).run()).toBe(counted);
  expect(await host(async () => null as never).run()).toBeNull();
});

it('answers at once for an agent that does', () => {
  const outcome: Outcome = { status: 'completed', output: 1 };
  expect(host(() => outcome).run()).toBe(outcome);
  const throwing = host(() => {
    throw new PlatformError('model_refused');
  });
  expect(throwing.run()).toMatchObject({ status: 'failed', error: { code: 'model_refused' } });
});

it('logs under the name of the activation, errors in full', async () => {
  const made = host(async (_activation, { log }) => {
    log.info('thinking');
    log.info('still');
    throw new RangeError('row 17 of Ann');
  });
  expect(await made.run()).toMatchObject({ error: { detail: expect.not.stringContaining('Ann') as string } });
  expect(made.lines.join('')).toMatch(/thinking.*"plan_id":"p"[\s\S]*row 17 of Ann/);
  const thrown = host(() => Promise.reject('words' as unknown as Error));
  expect(await thrown.run()).toMatchObject({
    error: { detail: expect.stringContaining('failed with string') as string },
  });
});

it('records a failed call in its span', async () => {
  const recorder = createSpanRecorder();
  const telemetry = await openTelemetry({ services: ['x'], exporter: recorder.exporter });
  const stream = () => Promise.reject(new PlatformError('model_refused'));
  const made = host(
    async (_activation, { model }) => (await model.stream(request, made.options)) as never,
    stream,
    telemetry.tracer('x'),
  );
  await made.run();
  await telemetry.close();
  expect(recorder.spans()[0]).toMatchObject({
    name: 'model gpt',
    kind: 'client',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    error: expect.any(String) as string,
  });
});

it('what throws when it is looked at is a failure like any other, thrown at once or later', async () => {
  const fail = (): never => {
    throw new Error('not to be looked at');
  };
  for (const property of ['name', 'message', 'stack']) {
    const hostile = Object.defineProperty(new Error('x'), property, { get: fail });
    const thrower = (): never => {
      throw hostile;
    };
    for (const activate of [thrower, async (): Promise<never> => Promise.reject(hostile)])
      expect(await host(activate).run()).toMatchObject({ status: 'failed', error: { code: 'agent_failed' } });
  }
  const proxy = new Proxy(new Error('x'), { getPrototypeOf: fail });
  expect(await host(() => Promise.reject(proxy)).run()).toMatchObject({ error: { code: 'agent_failed' } });
});
