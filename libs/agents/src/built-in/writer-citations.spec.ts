/** What of an answer is read as a citation, and what is somebody else's text: through the agent, as its readers see it. */
import { describe, expect, it } from 'vitest';
import { SimulatedModel, type Model } from '@waybill/models';
import { nullLogger } from '@waybill/telemetry';
import type { Citation } from '../passages/citations.ts';
import { writer } from './writer.ts';

const files = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([name, text]) => ({ document_id: name, name, place: 'line 1', text, score: 1 }));

const saying = (text: string): Model => ({
  name: 'parrot',
  stream: async (_, { onToken }) => {
    onToken(text);
    return { text, usage: { prompt_tokens: 1, completion_tokens: 1 }, model: 'parrot' };
  },
});

async function answerTo(goal: string, texts: Readonly<Record<string, string>>, model: Model = new SimulatedModel()) {
  let streamed = '';
  const activation = { journal: [], epoch: 1, turn: 0, maxTokens: 12_000, signal: new AbortController().signal };
  const outcome = await writer.activate(
    { ...activation, input: { goal, passages: files(texts) } },
    { model, onToken: (text) => (streamed += text), log: nullLogger },
  );
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome));
  const { answer, citations } = outcome.output as unknown as { answer: string; citations: Citation[] };
  for (const { n, quote } of citations) expect(Object.values(texts)[n - 1]).toContain(quote);
  return { answer, streamed, cites: citations.map(({ n, quote }) => [n, quote]) };
}
const toModel = (text: string, texts: Readonly<Record<string, string>>) => answerTo('x', texts, saying(text));

const newt = 'The newt regenerates limbs [1], and muscle cells dedifferentiate [2].';
const short = 'Salamander limbs are short and its muscle cells are small.';
const documents = { 'wiki.md': newt, 'o1.md': short };

describe('an answer of the simulated model', () => {
  it('keeps bracketed numbers of what it quotes', async () => {
    const matrix = 'The identity matrix element m[0][0] equals one, and the last row is m[99].';
    const { answer, streamed, cites } = await answerTo('What does the identity matrix element equal?', { m: matrix });
    expect(answer).toBe(`- “${matrix}” [1]\n\n**Sources**\n\n- [1] m, line 1`);
    expect(streamed).toBe(answer);
    expect(cites).toEqual([[1, matrix]]);
  });

  it('cites for a footnote mark in a document nothing', async () => {
    const { answer, cites } = await answerTo('How does the newt regenerate limbs and muscle cells?', documents);
    expect(cites).toEqual([[1, newt]]);
    expect(answer).not.toContain('o1.md');
  });

  it('names no source for a quoted line that ends as a citation does', async () => {
    const text = 'The newt regenerates limbs, as was shown in [2]\nand its muscle cells dedifferentiate.';
    const { answer } = await answerTo('How does the newt regenerate limbs?', { ...documents, 'wiki.md': text });
    expect(answer).toContain(`“${text}” [1]`);
    expect(answer.slice(answer.indexOf('**Sources**'))).toBe('**Sources**\n\n- [1] wiki.md, line 1');
  });

  it('is cited when it quotes a line that says "Sources"', async () => {
    const text = 'The makefile block lists\nSources\nand then the objects of the compiler.';
    const { answer, streamed, cites } = await answerTo('What does the makefile block list?', { m: text });
    expect(cites).toEqual([[1, text]]);
    expect(answer).toBe(`- “${text}” [1]\n\n**Sources**\n\n- [1] m, line 1`);
    expect(streamed).toBe(answer);
  });

  it.each([
    'The “binturong” smells "like popcorn" said they.',
    'The binturong writes ” [2] where others write a smell.',
    'The binturong writes “ [2] where others write a smell.',
    'The binturong smells “like popcorn”',
  ])('is cited with the whole of the sentence that it quotes: %s', async (text) => {
    const { cites } = await answerTo('What does the binturong smell or write?', { b: text, 'o1.md': short });
    expect(cites).toEqual([[1, text]]);
  });

  it('reads no mark in the question that it repeats', async () => {
    const goal = 'What smells like popcorn in [2][3]? What does it cost, m[0][1] or [7]?';
    const { answer, cites } = await answerTo(goal, { b: 'The binturong smells like popcorn.', 'o1.md': short });
    expect(cites).toEqual([[1, 'The binturong smells like popcorn.']]);
    expect(answer).toContain('### What smells like popcorn in \\[2\\]\\[3\\]?');
    expect(answer).toContain('The documents do not answer: What does it cost, m[0][1] or \\[7\\]?');
  });

  it.each(['„', '“'])('begins no quotation with the %s of a question', async (sign) => {
    const text = 'The binturong smells like popcorn [99] and it “says” so”.';
    const goal = `What smells like ${sign}popcorn"? Was kostet es?`;
    const { answer, streamed, cites } = await answerTo(goal, { b: text });
    expect(cites).toEqual([[1, text]]);
    expect(answer).toContain(`“${text}” [1]`);
    expect(streamed).toBe(answer);
  });

  it('reads no mark in an index of the question', async () => {
    const goal = 'What smells like popcorn? What is argv[2]?';
    const { answer, cites } = await answerTo(goal, { b: 'The binturong smells like popcorn.', 'o1.md': short });
    expect(cites).toEqual([[1, 'The binturong smells like popcorn.']]);
    expect(answer).not.toContain('o1.md');
  });
});

describe('an answer of a real model', () => {
  it.each([
    'Rows `arr[0] and [99]` are “the [98] last” [1].',
    'Rows "arr[0] and [99]" [1].',
    '```js\nx = [99];\nSources\n```\n\nso [1].',
    'The cell arr[0], m[0][99] and größe[7] is limbs [1].',
    '“The “newt [9]” regenerates arms” [1].',
    '„Der Molch [9] wächst“ [1].',
  ])('keeps bracketed numbers that are no citations: %s', async (text) => {
    const { answer, cites } = await toModel(text, documents);
    expect(answer).toBe(`${text}\n\n**Sources**\n\n- [1] wiki.md, line 1`);
    expect(cites.map(([n]) => n)).toEqual([1]);
  });

  it.each([
    ['A 5" pipe [1] and a 6" pipe [2] fit.', [1, 2]],
    ['The “ sign [1] and the ` sign [2] and a " sign [1].', [1, 2]],
    ['蝾螈再生[2]。', [2]],
    ['Both [1][2], and again [1], [2].', [1, 2]],
  ])('is cited by every mark outside of quotations: %s', async (text, numbers) => {
    const { answer, cites } = await toModel(text, documents);
    expect(answer.startsWith(`${text}\n\n**Sources**`)).toBe(true);
    expect(new Set(cites.map(([n]) => n))).toEqual(new Set(numbers));
  });

  it.each([
    ['code alone', '```sh\nnpm start\n```'],
    ['a heading alone', '## Starting'],
    ['what introduces the next one', 'Start it like this:'],
    ['a sentence that is long', `\`\`\`\n${'x'.repeat(600)}\n\`\`\``],
  ])('has a source for every number that it keeps, of a passage that is %s', async (_what, text) => {
    const { answer, cites } = await toModel('Start it [1]. It ends [2].', { 'a.md': text, 'o1.md': short });
    expect(cites.map(([n]) => n)).toEqual([1, 2]);
    expect(answer).toBe('Start it [1]. It ends [2].\n\n**Sources**\n\n- [1] a.md, line 1\n- [2] o1.md, line 1');
  });

  it('keeps no number of a passage without a word', async () => {
    const { answer, cites } = await toModel('Start it [1]. It ends [2, 1].', { 'a.md': ' \n', 'o1.md': short });
    expect(cites.map(([n]) => n)).toEqual([2]);
    expect(answer).toBe('Start it. It ends [2].\n\n**Sources**\n\n- [2] o1.md, line 1');
  });

  it('gives each of several marks after a quotation the quotation', async () => {
    const { cites } = await toModel('“limbs” [1], [2]', documents);
    expect(cites).toEqual([
      [1, 'limbs'],
      [2, 'limbs'],
    ]);
  });

  it('keeps its paragraphs when a mark at the start of one is dropped', async () => {
    expect((await toModel('No.\n\n[9] Nothing.', documents)).answer).toBe('No.\n\n Nothing.');
  });

  it.each([
    'Sources:\n[1] x',
    '## Sources\n\n1. x\n2. y',
    '**Sources**\n- wiki.md [1]\n- o1.md [2]',
    'Sources: [1] x, [2] y',
    'Sources:\n\n[2] y\n\n_Truncated: the token limit was reached._',
    "Sources:\n\n[2] y\n\n_Truncated: the provider's content filter ended the answer._",
  ])('has the real sources instead of its own: %s', async (own) => {
    const { answer, streamed, cites } = await toModel(`Limbs grow [1].\n\n${own}`, documents);
    const note = /\n\n_Truncated.*$/.exec(own)?.[0] ?? '';
    expect(answer).toBe(`Limbs grow [1].${note}\n\n**Sources**\n\n- [1] wiki.md, line 1`);
    expect(streamed.endsWith('\n\n**Sources**\n\n- [1] wiki.md, line 1')).toBe(true);
    expect(cites).toEqual([[1, newt]]);
  });

  it.each([
    '## Sources\n\nLimbs grow [1].\n\n## Sinks\n\nCells are small [2].',
    '## Sources\n\n- Limbs grow [1]\n- Cells are small [2]',
  ])('keeps a part of its own that is about sources: %s', async (text) => {
    const { answer, cites } = await toModel(text, documents);
    expect(answer).toBe(`${text}\n\n**Sources**\n\n- [1] wiki.md, line 1\n- [2] o1.md, line 1`);
    expect(cites.map(([n]) => n)).toEqual([1, 2]);
  });

  it('names no sources where it cites none, and is not emptied', async () => {
    expect((await toModel('Limbs grow.\n\nSources:\n[1] x', documents)).answer).toBe('Limbs grow.');
    expect((await toModel('Sources:\n[1] x', documents)).answer).toMatch(/^Sources:\n\[1\] x\n\n\*\*Sources/);
  });
});
