import { expect, it } from 'vitest';
import { truncationNote, type ModelRequest } from '../model.ts';
import { openModel } from '../open-model.ts';
import { countTokens } from './count-tokens.ts';
import { SimulatedModel } from './simulated-model.ts';

const passages = [
  {
    name: 'kafka.md',
    place: 'Groups, lines 1-4',
    text: 'Each partition is assigned to one member of the consumer group. Members send heartbeats.',
  },
  {
    name: 'kafka.md',
    place: '',
    text: 'When a member dies, the coordinator gives its partitions to the others. The group then goes on.',
  },
];
const request: ModelRequest = {
  task: 'write',
  instructions: '',
  prompt: 'How are partitions assigned to a consumer group, and what happens when a member dies? What is the price?',
  passages,
  maxTokens: 4_000,
};
const live = () => new AbortController().signal;

async function say(change: Partial<ModelRequest> = {}) {
  const pieces: string[] = [];
  const answer = await new SimulatedModel().stream(
    { ...request, ...change },
    { signal: live(), onToken: (text) => pieces.push(text) },
  );
  return { ...answer, pieces };
}

it('answers every part with quotes, citations and sources, and says what is missing', async () => {
  const { text } = await say();
  expect(text).toBe(
    [
      '### How are partitions assigned to a consumer group',
      '- “Each partition is assigned to one member of the consumer group.” [1]',
      '### What happens when a member dies?',
      '- “When a member dies, the coordinator gives its partitions to the others. The group then goes on.” [2]',
      'The documents do not answer: What is the price?',
      '**Sources**',
      '- [1] kafka.md, Groups, lines 1-4\n- [2] kafka.md',
    ].join('\n\n'),
  );
});

it('names a source on one line, whatever the file is called', async () => {
  const named = passages.map((passage) => ({ ...passage, name: 'two\nlines.md' }));
  expect((await say({ passages: named })).text).toMatch(
    /\n- \[1\] two lines\.md, Groups, lines 1-4\n- \[2\] two lines\.md$/,
  );
});

it('streams exactly its answer, the same each time, and counts it', async () => {
  const [first, second] = [await say(), await say()];
  expect(first.pieces.join('')).toBe(first.text);
  expect(second).toEqual(first);
  expect(first.usage.completion_tokens).toBe(countTokens(first.text));
  expect(first.usage.prompt_tokens).toBeGreaterThan(40);
  expect(first.model).toBe('simulated');
});

it('analyses: points by part, gaps and a summary', async () => {
  const { text } = await say({ task: 'analyze' });
  expect(text).toMatch(/^## Points\n\n### How are[^#]*- \[1\] Each[^#]*### What happens[^#]*- \[2\] When/);
  expect(text).toMatch(/## Gaps\n\n- What is the price\?\n\n## Summary\n\n2 of 2 passages answer 2 of 3 parts/);
  expect((await say({ task: 'analyze', prompt: 'What happens when a member dies?' })).text).toContain('- none');
});

it.each(['write', 'analyze'] as const)('says that the documents do not answer (%s)', async (task) => {
  expect((await say({ task, passages: [] })).text).toContain('The documents do not answer this question.');
  const { passages: _, ...without } = request;
  const { text } = await new SimulatedModel().stream(
    { ...without, task, prompt: 'Why is the sky blue?' },
    { signal: live(), onToken: () => undefined },
  );
  expect(text).toContain('The documents do not answer this question.');
});

it('stops at the end of a quote when the limit is reached, and says so', async () => {
  const whole = await say();
  const limit = whole.usage.prompt_tokens + whole.usage.completion_tokens;
  const cut = await say({ maxTokens: limit - 20 });
  expect(cut.usage.prompt_tokens + cut.usage.completion_tokens).toBeLessThanOrEqual(limit - 20);
  expect(cut.text).toContain(truncationNote);
  expect(cut.text).toContain('[1]');
  expect(cut.text).not.toContain('[2]');
});

it('refuses when the prompt leaves no room', async () => {
  await expect(say({ maxTokens: 20 })).rejects.toMatchObject({ code: 'budget_exhausted', errorClass: 'exhausted' });
});

it('keeps its pace', async () => {
  const waits: number[] = [];
  const model = new SimulatedModel({ tokensPerSecond: 100, wait: async (ms) => waits.push(ms) });
  const { usage } = await model.stream(request, { signal: live(), onToken: () => undefined });
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(usage.completion_tokens * 10);
});

it.each([0, 1])('stops at once when it is aborted (pace %d)', async (tokensPerSecond) => {
  const abort = new AbortController();
  const pieces: string[] = [];
  const long = [{ name: 'a', place: 'b', text: `The price is ${'very '.repeat(80)}high.` }];
  const call = openModel(
    { provider: 'simulated', tokensPerSecond },
    { hot: { get: async () => undefined, set: async () => undefined }, clock: Date },
  ).stream(
    { ...request, prompt: 'What is the price?', passages: long },
    { signal: abort.signal, onToken: (text) => (pieces.push(text), abort.abort()) },
  );
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  expect(pieces.length).toBeLessThan(40);
  await expect(
    new SimulatedModel().stream(request, { signal: abort.signal, onToken: () => undefined }),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

it('lets an unexpected error through', async () => {
  const model = new SimulatedModel({ tokensPerSecond: 1, wait: () => Promise.reject(new Error('timer broke')) });
  await expect(model.stream(request, { signal: live(), onToken: () => undefined })).rejects.toThrow('timer broke');
});
