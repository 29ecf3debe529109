/**
 * Texts to terms that can be compared: lower case, no stop words, endings cut the same way on both sides.
 * Compound names (`session.timeout.ms`) give themselves and their parts; scripts without spaces give the grams by which the index finds them.
 */
import { foreignGlue, isGlue, spaced, subjectOf } from '@waybill/contracts';
import { stopWords, synonymGroups, weakWords } from './stop-words.ts';

export interface Term {
  readonly stem: string;
  /** 1 for a word of the subject, less for a word of the request. */
  readonly weight: number;
  /** Words that say the same share it. */
  readonly group?: number;
}

const wordPattern = /[\p{L}\p{N}\p{M}]+(?:[._'’/-][\p{L}\p{N}\p{M}]+)*/gu;
const weakWeight = 0.2;

/** In their order, repeated ones too. */
export function termsOf(text: string): Term[] {
  const all = wordsOf(text);
  const foreign = foreignGlue(all, stopWords);
  // "l'année" and "est-ce" are two words each there.
  const words = foreign.size === 0 ? all : wordsOf(text.replace(/['’-]/g, ' '));
  const said = words.filter((word) => !stopWords.has(word) && !foreign.has(word));
  const meant = said.filter((word) => !isGlue(word));
  return (meant.length > 0 ? meant : said).map(termOf);
}

/** What a sentence offers to be matched: stems, and `~n` for groups. */
export function keysOf(terms: readonly Term[]): Set<string> {
  const keys = new Set<string>();
  for (const { stem, group } of terms) {
    keys.add(stem);
    if (group !== undefined) keys.add(groupKey(group));
  }
  return keys;
}

export const groupKey = (group: number): string => `~${group}`;

function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [match] of spaced(subjectOf(text.normalize('NFKC').toLowerCase())).matchAll(wordPattern)) {
    const word = match.replace(/['’]s$/, '');
    words.push(word);
    const parts = word.split(/[._'’/-]/);
    if (parts.length > 1) words.push(...parts.filter((part) => part.length > 1));
  }
  return words;
}

function termOf(word: string): Term {
  const group = synonymGroups.get(word);
  const term = { stem: stemOf(word), weight: weakWords.has(word) ? weakWeight : 1 };
  return group === undefined ? term : { ...term, group };
}

const endings = /(?:ations?|(?<=ct)ions?|ators?|ates?|ated|ating|ments?|ings?|ers?|ors?|edly|ed|ly|es|s|e)$/;

/** Cuts endings; crude, but the same for question and passage. */
export function stemOf(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  if (/[^aeiou]ie[sd]$/.test(word)) return word.length === 4 ? word.slice(0, 3) : `${word.slice(0, -3)}y`;
  if (/(?:ss|us|is)$/.test(word)) return word;
  const stem = word.replace(endings, '');
  if (stem.length < 3 || !/[aeiouy]/.test(stem)) return word.replace(/s$/, '');
  return /([^aeioulsz])\1$/.test(stem) ? stem.slice(0, -1) : stem;
}
