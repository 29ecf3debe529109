/**
 * From an answer with `[n]` marks to citations that can be checked.
 * Promise: every quote is a verbatim stretch of the passage it names, whatever the model wrote.
 */
import { closestQuote, sourceLine } from '@waybill/models';
import { z } from 'zod';
import type { Passage } from './passage.ts';

export const Citation = z.object({
  n: z.number().int(),
  document_id: z.string(),
  name: z.string(),
  place: z.string(),
  quote: z.string().describe('Verbatim from the passage.'),
});
export type Citation = z.infer<typeof Citation>;

const mark = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g;
const markWithSpace = new RegExp(`(,?\\s*)${mark.source}`, 'g');
const quoted = /[“"]([^”"]{3,}(?:"[^”"]*)*)[”"][\s.,;:)]*$/;
const sourcesHeading = /^\W*sources\W*$/im;

export function citationsOf(answer: string, passages: readonly Passage[]): Citation[] {
  const body = bodyOf(answer);
  const citations = new Map<string, Citation>();
  let claimed = 0;
  for (const match of body.matchAll(mark)) {
    const claim = body.slice(Math.max(claimed, body.lastIndexOf('\n\n', match.index)), match.index);
    // A mark right after another belongs to the same claim.
    if (
      body
        .slice(match.index + match[0].length)
        .trimStart()
        .charAt(0) !== '['
    )
      claimed = match.index + match[0].length;
    for (const n of numbersOf(match[1] ?? '')) {
      const passage = passages[n - 1];
      const quote = passage === undefined ? undefined : quoteFor(claim, passage);
      if (passage === undefined || quote === undefined) continue;
      const { document_id, name, place } = passage;
      citations.set(`${n} ${quote}`, { n, document_id, name, place, quote });
    }
  }
  return [...citations.values()];
}

/** Takes out marks that name no passage. */
export function dropUnknownMarks(answer: string, passageCount: number): string {
  return answer.replace(markWithSpace, (text, space: string, list: string) => {
    const known = numbersOf(list).filter((n) => n >= 1 && n <= passageCount);
    if (known.length === numbersOf(list).length) return text;
    return known.length === 0 ? '' : `${space}[${known.join(', ')}]`;
  });
}

/** What is still to be said after the answer: its sources, unless it names them itself. */
export function missingSources(answer: string, citations: readonly Citation[]): string {
  if (citations.length === 0 || sourcesHeading.test(answer)) return '';
  const sources = new Map(citations.map((citation) => [citation.n, citation]));
  const lines = [...sources.values()].toSorted((a, b) => a.n - b.n).map((citation) => sourceLine(citation.n, citation));
  return `\n\n**Sources**\n\n${lines.join('\n')}`;
}

function quoteFor(claim: string, passage: Passage): string | undefined {
  const exact = quoted.exec(claim)?.[1];
  if (exact !== undefined && passage.text.includes(exact)) return exact;
  return closestQuote(exact ?? claim, passage);
}

function bodyOf(answer: string): string {
  const sources = answer.search(sourcesHeading);
  return sources < 0 ? answer : answer.slice(0, sources);
}

const numbersOf = (list: string): number[] => list.split(',').map(Number);
