import { AIMessageChunk } from '@langchain/core/messages';
import { expect, it } from 'vitest';
import { Said } from './said.ts';

const piece = (content: string, reason?: string) =>
  new AIMessageChunk({ content, response_metadata: reason === undefined ? {} : { finish_reason: reason } });

async function hear(...chunks: AIMessageChunk[]) {
  const tokens: string[] = [];
  const said = new Said((text) => tokens.push(text));
  for (const chunk of chunks) said.hear(chunk);
  return { text: (await said.end([])).text, tokens };
}

it.each([
  ['a pair that two pieces share', ['A \ud83d', '\udc33 swims.'], ['A ', '🐳 swims.']],
  ['a pair of which nothing follows but its half', ['\ud83d', '\udc33'], ['🐳']],
  ['a half whose other half never comes', ['A \ud83d', ' swims.'], ['A ', '\ufffd swims.']],
  ['two first halves', ['\ud83d', '\ud83d', '\udc33'], ['\ufffd', '🐳']],
  ['a second half alone', ['A \udc33 swims.'], ['A \ufffd swims.']],
  ['a half at the end', ['A whale \ud83d'], ['A whale ', '\ufffd']],
  ['a NUL', ['A\0whale'], ['A\ufffdwhale']],
])('gives %s as characters, in the pieces too', async (_what, pieces, tokens) => {
  const chunks = pieces.map((text) => piece(text));
  expect(await hear(...chunks, piece('', 'stop'))).toEqual({ text: tokens.join(''), tokens });
});

it('says when the provider ended the answer for what it says', async () => {
  const note = "\n\n_Truncated: the provider's content filter ended the answer._";
  const { text, tokens } = await hear(piece('A list'), piece('', 'content_filter'));
  expect([text, tokens]).toEqual([`A list${note}`, ['A list', note]]);
});

it.each([
  ['half of it', { input_tokens: 5 }],
  ['no whole numbers', { input_tokens: 0.5, output_tokens: 2 }],
  ['less than nothing', { input_tokens: -1, output_tokens: 2 }],
  ['nulls', { input_tokens: null, output_tokens: null }],
])('counts by itself what the provider tells %s of', async (_what, usage) => {
  const said = new Said(() => undefined);
  said.hear(piece('A whale', 'stop'));
  said.hear(new AIMessageChunk({ content: '', usage_metadata: usage as never }));
  expect((await said.end([])).usage).toEqual({ prompt_tokens: 16, completion_tokens: 2 });
});
