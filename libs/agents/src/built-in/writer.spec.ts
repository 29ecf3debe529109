import { expect, it } from 'vitest';
import type { JsonObject, Outcome } from '@waybill/contracts';
import { SimulatedModel, type Model, type ModelRequest } from '@waybill/models';
import { nullLogger } from '@waybill/telemetry';
import { analyzer } from './analyzer.ts';
import { writer } from './writer.ts';

const passages = [
  {
    document_id: 'd1',
    name: 'kafka.md',
    place: 'Groups',
    text: 'Each partition is assigned to one member of the consumer group. Members send heartbeats.',
    score: 0.9,
  },
  {
    document_id: 'd2',
    name: 'ops.md',
    place: 'Failure',
    text: 'When a member dies, the coordinator gives its partitions to the others.',
    score: 0.8,
  },
];
const goal = 'How are partitions assigned to a consumer group, and what happens when a member dies? What does it cost?';

interface Citation {
  n: number;
  quote: string;
  document_id: string;
}

async function run(agent: typeof writer, input: JsonObject, model: Model = new SimulatedModel(), maxTokens = 12_000) {
  const tokens: string[] = [];
  const outcome: Outcome = await agent.activate(
    { input, journal: [], epoch: 1, turn: 0, maxTokens, signal: new AbortController().signal },
    { model, onToken: (text) => tokens.push(text), log: nullLogger },
  );
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome));
  return { output: outcome.output as { answer: string; citations: Citation[] } & JsonObject, tokens, outcome };
}

/** A model that says what it is told, and remembers what it was asked. */
function saying(text: string): Model & { asked: ModelRequest[] } {
  const asked: ModelRequest[] = [];
  return {
    name: 'parrot',
    asked,
    stream: async (request, { onToken }) => {
      asked.push(request);
      onToken(text);
      return { text, usage: { prompt_tokens: 1, completion_tokens: 1 }, model: 'parrot' };
    },
  };
}

it('writes an answer whose quotes stand in the passages, and streams exactly it', async () => {
  const { output, tokens } = await run(writer, { goal, passages });
  expect(tokens.join('')).toBe(output.answer);
  expect(output.citations.map(({ n, document_id }) => [n, document_id])).toEqual([
    [1, 'd1'],
    [2, 'd2'],
  ]);
  for (const { n, quote } of output.citations) expect(passages[n - 1]!.text).toContain(quote);
  expect(output.answer.match(/Sources/g)).toHaveLength(1);
});

it('says so when the documents do not answer', async () => {
  const { output } = await run(writer, { goal: 'Why is the sky blue?', passages, analysis: null });
  expect(output).toEqual({ answer: 'The documents do not answer this question.', citations: [] });
});

it('gives a paraphrase the sentence that it stems from, names the sources and drops marks of no passage', async () => {
  const model = saying('Members own partitions exclusively [1], [7]. "When a member dies" [2] they move [1, 2, 9].');
  const { output, tokens } = await run(writer, { goal, passages }, model);
  expect(output.answer).toBe(
    'Members own partitions exclusively [1]. "When a member dies" [2] they move [1, 2].\n\n**Sources**\n\n- [1] kafka.md, Groups\n- [2] ops.md, Failure',
  );
  expect(tokens.at(-1)).toContain('**Sources**');
  for (const { n, quote } of output.citations) expect(passages[n - 1]!.text).toContain(quote);
  expect(output.citations).toContainEqual(expect.objectContaining({ n: 2, quote: 'When a member dies' }));
});

it('finds a sentence for a quotation that is not in the passage', async () => {
  const { output } = await run(writer, { goal, passages }, saying('“Partitions of the dead go elsewhere” [2].'));
  expect(output.citations[0]!.quote).toBe(passages[1]!.text);
});

it('hands the analysis on, as text or as the analyzer made it', async () => {
  const model = saying('ok');
  const analysis = {
    points: [
      { n: 1, part: 'share', text: 'one member each' },
      { n: 2, part: '', text: 'moves' },
    ],
    gaps: ['cost'],
    summary: 'Two of three.',
  };
  await run(writer, { goal, passages, analysis }, model);
  await run(writer, { goal, passages, analysis: 'As before.' }, model);
  await run(writer, { goal, passages, analysis: {} }, model);
  expect(model.asked.map(({ notes }) => notes)).toEqual([
    'Two of three.\n- share: [1] one member each\n- [2] moves\n- missing: cost',
    'As before.',
    '',
  ]);
});

it('leaves out the worst passages rather than leave no room for an answer', async () => {
  const model = saying('ok');
  const many = Array.from({ length: 50 }, (_, index) => ({ ...passages[0]!, text: `${index} ${'x'.repeat(1_000)}` }));
  await run(writer, { goal, passages: many }, model, 4_000);
  expect(model.asked[0]!.passages).toHaveLength(7);
  await run(writer, { goal, passages: many.slice(0, 1) }, model, 100);
  expect(model.asked[1]!.passages).toHaveLength(1);
});

it('analyses: points by part, gaps and a summary', async () => {
  const { output, outcome } = await run(analyzer, { goal, passages });
  expect(output).toMatchObject({
    points: [
      { n: 1, part: expect.stringContaining('How are partitions') as string },
      { n: 2, part: 'What happens when a member dies?' },
    ],
    gaps: ['What does it cost?'],
    summary: '2 of 2 passages answer 2 of 3 parts of the question.',
  });
  expect(outcome).toMatchObject({ thought: output['summary'] });
});

it('reads what a real model makes of the analysis', async () => {
  const text =
    '## Points\n\n### Sharing\n\n- One member each [1].\n- [2] Moves\n  to others\n- no number\n- [9] nowhere\n\n## Gaps\n\n- None.\n\n## Summary\n\nGood.\nReally.';
  const { output } = await run(analyzer, { goal, passages }, saying(text));
  expect(output).toEqual({
    points: [
      { n: 1, part: 'Sharing', text: 'One member each' },
      { n: 2, part: 'Sharing', text: 'Moves\n  to others' },
    ],
    gaps: [],
    summary: 'Good.\nReally.',
  });
  expect((await run(analyzer, { goal, passages }, saying('Just prose.'))).output).toEqual({
    points: [],
    gaps: [],
    summary: 'Just prose.',
  });
});

it('reads the marks of an analysis as those of an answer', async () => {
  const text =
    '## Points\n\n- Members share [1, 2].\n- The last is m[1]\n- It says “as in [2]” of `x[0] [2]`\n- [2] Moves, as in “[1]”\n- [1]';
  const { output } = await run(analyzer, { goal, passages }, saying(text));
  expect(output['points']).toEqual([
    { n: 1, part: '', text: 'Members share' },
    { n: 2, part: '', text: 'Members share' },
    { n: 2, part: '', text: 'Moves, as in “[1]”' },
  ]);
});
