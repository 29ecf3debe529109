/**
 * Upper bounds of a prompt's tokens. No text has more tokens than UTF-8 bytes, so the tokenizer (1.7 s to build) is loaded only when bytes do not settle it.
 * Promise: linear time. The tokenizer is quadratic in the length of a run without spaces, so long runs are cut, which can only count more.
 */
import type { Tiktoken } from 'js-tiktoken/lite';

/** Of the chat format, around two messages. */
const envelopeTokens = 16;
const longestRun = 40;
const runs = new RegExp(`\\S{${longestRun}}|\\s{${longestRun}}`, 'g');
const piecesChars = 4_096;

/** The exact count where it matters: when the bytes are more than `enough`. */
export async function countAtMost(texts: readonly string[], enough: number): Promise<number> {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), envelopeTokens);
  return bytes <= enough ? bytes : countPrompt(texts);
}

/** For usage that the provider did not report, like `countText`. */
export async function countPrompt(texts: readonly string[]): Promise<number> {
  const counts = await Promise.all(texts.map(countText));
  return counts.reduce((sum, count) => sum + count, envelopeTokens);
}

export async function countText(text: string): Promise<number> {
  const encoder = await loadTokenizer();
  let tokens = 0;
  let from = 0;
  const cuts = [...text.matchAll(runs)].map((match) => match.index + match[0].length);
  for (const cut of [...cuts, text.length]) {
    for (; from < cut; from += piecesChars)
      tokens += encoder.encode(text.slice(from, Math.min(cut, from + piecesChars)), [], []).length;
    from = cut;
  }
  return tokens;
}

let tokenizer: Promise<Tiktoken> | undefined;

function loadTokenizer(): Promise<Tiktoken> {
  tokenizer ??= Promise.all([import('js-tiktoken/lite'), import('js-tiktoken/ranks/o200k_base')]).then(
    ([{ Tiktoken: Tokenizer }, { default: ranks }]) => new Tokenizer(ranks),
  );
  return tokenizer;
}
