/** Tokens as the simulated model counts them: one a word of up to six characters, one more for each further six. Cheap, and always the same. */
import type { ModelRequest } from '../model.ts';

export function countTokens(text: string): number {
  let tokens = 0;
  for (const [word] of text.matchAll(/\S+/g)) tokens += Math.ceil(word.length / 6);
  return tokens;
}

export function countPrompt(request: ModelRequest): number {
  const { instructions, prompt, notes = '', passages = [] } = request;
  const texts = [instructions, prompt, notes, ...passages.flatMap(({ name, place, text }) => [name, place, text])];
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}
