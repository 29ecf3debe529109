/**
 * The words of a passage as a `tsvector`. They are cut here and not by PostgreSQL's parser, which depends on the server's locale and takes
 * addresses and paths as one word: so a question and a passage are cut alike, and as in the embedded index. PostgreSQL only stems them.
 */
import { headingOf, wordsOf } from '../knowledge-words.ts';

/** Far below what PostgreSQL takes in one lexeme (2 KB), in one `tsvector` (1 MB) and as a position. */
const maxWordLength = 200;
const maxLength = 250_000;
const lastPosition = 16_383;
/** Of Latin letters only: elsewhere such a mark is another letter. */
const diacritics = /(?<=\p{Script=Latin})[\u0300-\u036f]+/gu;

/** As the index holds it: `Crêpe` is found by `crepe`. */
export function plainWord(word: string): string {
  return word.normalize('NFD').replace(diacritics, '').normalize('NFC').slice(0, maxWordLength).toWellFormed();
}

export interface PassageWords {
  readonly heading: readonly string[];
  readonly text: readonly string[];
}

export function passageWords(name: string, { place, text }: { place: string; text: string }): PassageWords {
  return { heading: wordsOf(headingOf(name, place)).map(plainWord), text: wordsOf(text).map(plainWord) };
}

/** As input of a `tsvector`: `'turbin':1A 'cool':2`; weight A is the heading. `lexemes`: each word's. */
export function tsvectorOf({ heading, text }: PassageWords, lexemes: ReadonlyMap<string, string>): string {
  const places = new Map<string, string[]>();
  let length = 0;
  [...heading, ...text].forEach((word, at) => {
    const lexeme = lexemes.get(word) ?? word;
    const known = places.get(lexeme);
    if (!known && (length += lexeme.length) > maxLength) return;
    const place = `${String(Math.min(at + 1, lastPosition))}${at < heading.length ? 'A' : ''}`;
    if (known) known.push(place);
    else places.set(lexeme, [place]);
  });
  return [...places].map(([lexeme, at]) => `'${lexeme}':${at.join(',')}`).join(' ');
}
