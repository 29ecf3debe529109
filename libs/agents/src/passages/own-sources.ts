/** The list of sources that a model put under its answer although it was told not to: it is no part of the answer. */
import { cutNotes } from '@waybill/models';
import type { Passage } from './passage.ts';
import type { Foreign } from './marks.ts';

/** A line of its own, or the beginning of the one that lists them all. */
const heading = /^[^\p{L}\p{N}\n\r\u2028\u2029]*sources(?:[^\p{L}\p{N}\n]*$|[*_]*:[*_\s]*(?=\[))/gimu;
const item = /^[\s>]*(?:[-*+•]|\d{1,3}[.)])\s+/;
const numbered = /^[*_]*\[\^?\d/;

/** Where the answer ends and its own list begins; undefined when it has none, or is nothing else. */
export function findOwnSources(
  text: string,
  foreign: readonly Foreign[],
  passages: readonly Passage[],
): number | undefined {
  const isOwn = (start: number, end: number): boolean =>
    foreign.every((span) => span.end <= start || span.start >= end);
  const last = [...text.matchAll(heading)].findLast(({ index, 0: { length } }) => isOwn(index, index + length));
  if (last === undefined || text.slice(0, last.index).trim() === '') return undefined;
  const lines = text.slice(last.index + last[0].length).split('\n');
  return lines.every((line) => isEntry(line, passages)) ? last.index : undefined;
}

/** An answer may have a part about sources: what it says there is followed by its citation, which an entry begins with or lacks. */
function isEntry(line: string, passages: readonly Passage[]): boolean {
  const entry = line.replace(item, '').trim();
  if (entry === '' || cutNotes.includes(entry) || numbered.test(entry)) return true;
  const isListed = item.test(line) && !/\[\d/.test(entry);
  return isListed || passages.some(({ name }) => name !== '' && entry.startsWith(name));
}
