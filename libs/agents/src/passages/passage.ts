/** Passages as they travel between retriever, analyzer and writer. A passage's number is its place in the list, from 1. */
import { z } from 'zod';

export const Passage = z.object({
  document_id: z.string(),
  name: z.string(),
  place: z.string(),
  text: z.string(),
  score: z.number().default(0),
});
export type Passage = z.infer<typeof Passage>;
export const Passages = z.array(Passage).describe('Passages that may be cited, best first.');

const charsPerToken = 3;
/** Letters of alphabets and blanks: of these a token has several. Figures, signs and the characters of Asia are one each. */
const words = /(?:(?![\u0800-\u{10ffff}])\p{L}|\s)+/gu;
/** The rest is for instructions, notes and the answer. */
const shareOfBudget = 0.6;

/** The best passages that leave room for an answer: a long list must not make the call impossible. */
export function fitPassages(passages: readonly Passage[], maxTokens: number): readonly Passage[] {
  let room = maxTokens * shareOfBudget;
  const count = passages.findIndex(({ text, name, place }) => (room -= tokensOf(text + name + place)) < 0);
  return count < 0 ? passages : passages.slice(0, Math.max(1, count));
}

function tokensOf(text: string): number {
  const dense = text.replace(words, '').length;
  return dense + (text.length - dense) / charsPerToken;
}
