import { expect, it } from 'vitest';
import { nullLogger } from '@waybill/telemetry';
import { z } from 'zod';
import { agentEntry } from './agent-entry.ts';
import { failedWith, type Activation, type AgentContext } from './agent.ts';
import { builtInAgents } from './built-in/all.ts';
import { echo } from './built-in/echo.ts';
import { defineAgent } from './define-agent.ts';

const activation = (input: Activation['input']): Activation => ({
  input,
  journal: [],
  epoch: 1,
  turn: 0,
  maxTokens: 0,
  signal: new AbortController().signal,
});
const context: AgentContext = {
  model: { name: 'none', stream: () => Promise.reject(new Error('no model')) },
  onToken: () => undefined,
  log: nullLogger,
};

const adder = defineAgent({
  name: 'adder',
  description: 'Adds.',
  input: z.object({ numbers: z.array(z.object({ 'a/b': z.number() })), wrong: z.boolean().default(false) }),
  output: z.object({ sum: z.number() }),
  activate: async ({ input }) => {
    if (input.numbers.length === 0) return failedWith(new Error('nothing to add'));
    const sum = input.numbers.reduce((total, number) => total + number['a/b'], 0);
    return { status: 'completed', output: { sum: input.wrong ? (String(sum) as unknown as number) : sum } };
  },
});

it('gives an agent input of its schema, defaults filled in', async () => {
  const outcome = await adder.activate(activation({ numbers: [{ 'a/b': 1 }, { 'a/b': 2 }] }), context);
  expect(outcome).toEqual({ status: 'completed', output: { sum: 3 } });
});

it('hands on the activation as it is, without asking for a signal that its agent may not need', async () => {
  const made: Activation = { ...activation({}), epoch: 2, turn: 3, maxTokens: 4 };
  const definition = { name: 'teller', description: 'Tells.', input: z.object({}), output: z.array(z.unknown()) };
  const teller = defineAgent({
    ...definition,
    activate: async ({ journal, epoch, turn, maxTokens, signal }) => ({
      status: 'completed',
      output: [journal, epoch, turn, maxTokens, signal.aborted],
    }),
  });
  expect(await teller.activate(made, context)).toEqual({ status: 'completed', output: [[], 2, 3, 4, false] });
  const deaf = defineAgent({ ...definition, activate: async () => ({ status: 'completed', output: [] }) });
  Object.defineProperty(made, 'signal', { get: () => expect.fail('nobody asked for it') });
  expect(await deaf.activate(made, context)).toEqual({ status: 'completed', output: [] });
});

it('refuses input that does not match and says where', async () => {
  const outcome = await adder.activate(activation({ numbers: [{ 'a/b': 'x' }] }), context);
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { class: 'invalid', code: 'invalid_input', detail: expect.stringContaining('/numbers/0/a~1b') as string },
  });
  expect(await adder.activate(activation([] as never), context)).toMatchObject({
    error: { detail: expect.stringContaining('its root') as string },
  });
});

it('refuses an answer that breaks the promised schema', async () => {
  const outcome = await adder.activate(activation({ numbers: [{ 'a/b': 1 }], wrong: true }), context);
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { class: 'invalid', code: 'invalid_output', detail: expect.stringContaining('/sum') as string },
  });
});

it('lets other outcomes through', async () => {
  expect(await adder.activate(activation({ numbers: [] }), context)).toMatchObject({
    status: 'failed',
    error: { class: 'bug' },
  });
});

it('offers its schemas as JSON Schema: what may be left out of the input is optional', () => {
  expect(adder.inputSchema).toMatchObject({ type: 'object', required: ['numbers'] });
  expect(adder.outputSchema).toMatchObject({ required: ['sum'] });
  expect(adder.version).toBe(1);
  expect(adder.maxTokens).toBe(0);
});

it('announces the same content under the same hash', () => {
  const entry = agentEntry(adder);
  expect(entry).toMatchObject({ kind: 'agent', name: 'adder', version: 1, queue: 'agent.adder', max_tokens: 0 });
  expect(entry.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(agentEntry({ ...adder }).hash).toBe(entry.hash);
  expect(agentEntry({ ...adder, description: 'Adds more.' }).hash).not.toBe(entry.hash);
});

it('every built-in agent can be announced', () => {
  expect(builtInAgents.map(({ name }) => name)).toEqual(['echo', 'retriever', 'analyzer', 'writer']);
  for (const agent of builtInAgents) expect(JSON.parse(JSON.stringify(agentEntry(agent)))).toEqual(agentEntry(agent));
});

it('echo answers the very input', async () => {
  const input = { deep: { list: [1, null, 'x'] } };
  const outcome = await echo.activate(activation(input), context);
  expect(outcome).toEqual({ status: 'completed', output: input });
  expect((outcome as { output: unknown }).output).toBe(input);
});
