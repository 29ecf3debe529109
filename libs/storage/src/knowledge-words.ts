/**
 * The words of a text, and those that say what it is about: no stop words, nor the words of asking ("tell me what happens when ...").
 * Promise: cut exactly where SQLite's `unicode61` and PostgreSQL's parser cut plain words, so a word here is a token there; scripts without
 * spaces are cut into grams before either sees them.
 */
import { foreignGlue, isGlue, spaced, subjectOf } from '@waybill/contracts';
import type { EmbedderTraits } from './knowledge-index.ts';

/** Of how texts are cut. What was indexed by another version is indexed anew, as after a change of embedder. */
const wordsVersion = 'words-2';

/** What an index is made by: its words and its vectors. */
export const makerOf = ({ name }: EmbedderTraits): string => `${name}+${wordsVersion}`;

const asksAndGlue = `
  a about above after again against all almost also although always am among an and another any anyone anything are aren around as ask at
  be became because become been before being below between both but by came can cannot come could couldn d
  describe did didn do does doesn doing don done during each either else ever every everything
  explain few find for from further gets get getting give given go goes going got had hadn has hasn have haven having he
  hence her here hers herself him himself his how however i if in instead into is isn it its itself just know
  let like ll look m made make makes many may me mean means might more most much must my myself need needs neither never no nor
  not now of off often on once one only onto or other others our ours out over own per perhaps please
  rather re really s say says see seem seems shall she should shouldn show since so some someone something still such
  t take takes tell than that the their theirs them themselves then there these they thing things this those through thus to together too toward
  under until up upon us use used uses using ve very via want was wasn way ways we well went were weren what whatever when where whether which
  while who whom whose why will with within without won would wouldn yes yet you your yours yourself
  happen happens happened work works document documents text
`;
const stopWords: ReadonlySet<string> = new Set(asksAndGlue.split(/\s+/).filter(Boolean));

const words = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** All words, lower case, in order. */
export function wordsOf(text: string): string[] {
  return spaced(text.normalize('NFC').toLowerCase()).match(words) ?? [];
}

/** The words that carry meaning, in order, with repeats. */
export function contentWords(text: string): string[] {
  const all = wordsOf(subjectOf(text));
  const foreign = foreignGlue(all, stopWords);
  const said = all.filter(
    (word) => !stopWords.has(word) && !foreign.has(word) && (word.length > 1 || /\P{ASCII}|\d/u.test(word)),
  );
  const meant = said.filter((word) => !isGlue(word));
  return meant.length > 0 ? meant : said;
}

/** What the words of a name and a place say about a passage; numbers of lines say nothing. */
export function headingOf(name: string, place: string): string {
  return `${name} ${place.replace(/(?:^|, )lines? [\d-]+$/, '')}`;
}
