/**
 * From a text with `[n]` marks to an answer with citations that can be checked.
 * Promises: every quote is a verbatim stretch of the passage it names, whatever the model wrote; what the text quotes is not altered;
 * the sources under the answer are those of its citations.
 */
import { closestQuote, cutNotes, sourceLine } from '@waybill/models';
import { z } from 'zod';
import { readMarks, type Foreign, type Mark, type Reading } from './marks.ts';
import { findOwnSources } from './own-sources.ts';
import type { Passage } from './passage.ts';

export const Citation = z.object({
  n: z.number().int(),
  document_id: z.string(),
  name: z.string(),
  place: z.string(),
  quote: z.string().describe('Verbatim from the passage.'),
});
export type Citation = z.infer<typeof Citation>;

export interface CitedAnswer {
  readonly answer: string;
  readonly citations: Citation[];
  /** The end of the answer that the text did not have: its sources, unless it names just these itself. */
  readonly added: string;
}

const leastQuoteChars = 3;
const betweenQuoteAndMark = /^[\s.,;:)*_]*$/;
const betweenMarks = /^[\s,;]*$/;

export function citedAnswer(text: string, passages: readonly Passage[]): CitedAnswer {
  const reading = readMarks(text, passages);
  const own = findOwnSources(text, reading.foreign, passages);
  const marks = own === undefined ? reading.marks : reading.marks.filter(({ end }) => end <= own);
  const citations = citationsOf(text, { ...reading, marks }, passages);
  const sources = sourcesOf(citations);
  const known = dropUnknownMarks(text.slice(0, own), marks, passages);
  if (own === undefined) return { answer: `${known}${sources}`, citations, added: sources };
  const list = text.slice(own);
  const said = cutNotes.find((note) => list.includes(note));
  const note = said === undefined ? '' : `\n\n${said}`;
  const added = list.trim() === sources.trim() ? '' : sources;
  return { answer: `${known.trimEnd()}${note}${sources}`, citations, added };
}

function citationsOf(text: string, { marks, foreign }: Reading, passages: readonly Passage[]): Citation[] {
  const quotations = foreign.filter(({ kind }) => kind === 'quotation');
  const citations = new Map<string, Citation>();
  let from = 0;
  for (const group of groupsOf(text, marks)) {
    const to = group[0]?.start ?? from;
    const claim = text.slice(Math.max(from, text.lastIndexOf('\n\n', to)), to);
    const quoted = quotedBefore(text, to, quotations);
    for (const n of group.flatMap(({ numbers }) => numbers)) {
      const passage = passages[n - 1];
      const quote = passage === undefined ? undefined : quoteFor(quoted, claim, passage);
      if (passage === undefined || quote === undefined) continue;
      const { document_id, name, place } = passage;
      citations.set(`${n} ${quote}`, { n, document_id, name, place, quote });
    }
    from = group.at(-1)?.end ?? to;
  }
  return [...citations.values()];
}

/** Marks right after one another belong to the same claim. */
function groupsOf(text: string, marks: readonly Mark[]): Mark[][] {
  const groups: Mark[][] = [];
  for (const mark of marks) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (last !== undefined && betweenMarks.test(text.slice(last.end, mark.start))) group?.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function quotedBefore(text: string, to: number, quotations: readonly Foreign[]): string | undefined {
  const last = quotations.findLast(({ end }) => end <= to);
  if (last === undefined || !betweenQuoteAndMark.test(text.slice(last.end, to))) return undefined;
  const quoted = text.slice(last.start + 1, last.end - 1);
  return quoted.length < leastQuoteChars ? undefined : quoted;
}

const quoteFor = (quoted: string | undefined, claim: string, passage: Passage): string | undefined =>
  quoted !== undefined && passage.text.includes(quoted) ? quoted : closestQuote(quoted ?? claim, passage);

/** Takes out marks that name no passage, or one without a word. */
function dropUnknownMarks(text: string, marks: readonly Mark[], passages: readonly Passage[]): string {
  let kept = '';
  let from = 0;
  for (const { start, end, numbers } of marks) {
    const known = numbers.filter((n) => (passages[n - 1]?.text ?? '').trim() !== '');
    if (known.length === numbers.length) continue;
    const before = text.slice(from, start);
    kept += known.length === 0 ? before.replace(/(?:,|(?<![^\S\n]))[^\S\n]*$/, '') : `${before}[${known.join(', ')}]`;
    from = end;
  }
  return kept + text.slice(from);
}

function sourcesOf(citations: readonly Citation[]): string {
  if (citations.length === 0) return '';
  const sources = new Map(citations.map((citation) => [citation.n, citation]));
  const lines = [...sources.values()].toSorted((a, b) => a.n - b.n).map((citation) => sourceLine(citation.n, citation));
  return `\n\n**Sources**\n\n${lines.join('\n')}`;
}
