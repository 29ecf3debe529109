/**
 * The sentences of some passages with what is needed to weigh them against a facet of a question.
 * Weight of a term: its rarity over the sentences; a term that stands nowhere weighs most, so what is missing is noticed.
 */
import type { ModelPassage } from '../model.ts';
import type { Facet } from './facets.ts';
import { sentencesOf, type Sentence } from './sentences.ts';
import { groupKey, keysOf, termsOf, type Term } from './terms.ts';

export interface Candidate extends Sentence {
  /** Place of its passage in the request, from 0. */
  readonly passage: number;
  readonly own: ReadonlySet<string>;
  /** Terms of headings, the place and the document's name: what it is about. */
  readonly about: ReadonlySet<string>;
  /** Terms of the nearest headings alone: what its section answers. */
  readonly section: ReadonlySet<string>;
  /** Terms of the sentences before and after it. */
  readonly nearby: ReadonlySet<string>;
  /** Counts the sentences of its passage. */
  readonly at: number;
  readonly stems: readonly string[];
}

export interface Scored {
  readonly candidate: Candidate;
  readonly score: number;
  /** Share of the facet's weight that the sentence and what is around it hold. */
  readonly coverage: number;
  /** What the sentence itself says of the facet, by the place of the term in it: 0 for a term that it does not hold. */
  readonly says: readonly number[];
}

const synonymShare = 0.6;
const aboutShare = 0.7;
const nearbyShare = 0.5;
const contextShare = 0.25;
/** "How is it renewed?" is about the lease of the question before. */
const meantShare = 0.6;
/** Of the score, what counts only when the sentence itself says it. */
const ownShare = 0.5;
/** A section that answers does so at its start. */
const leadShare = 0.25;
const leadSentences = 3;
const pointsBack = /\b(?:it|its|they|them|their|this|these|those)\b/i;

export class Corpus {
  readonly candidates: readonly Candidate[];
  private readonly frequency = new Map<string, number>();

  constructor(passages: readonly ModelPassage[]) {
    const seen = new Set<string>();
    this.candidates = passages.flatMap((passage, index) =>
      // Chunks overlap: what was said in a better passage is not said again.
      // What ends in a colon introduces others and says nothing itself.
      candidatesOf(passage, index).filter(({ text }) => !text.endsWith(':') && !seen.has(text) && seen.add(text)),
    );
    for (const { own } of this.candidates)
      for (const key of own) this.frequency.set(key, (this.frequency.get(key) ?? 0) + 1);
  }

  /** Candidates that have to do with the facet, best first. */
  rank(facet: Facet): Scored[] {
    const total = facet.terms.reduce((sum, term) => sum + term.weight * this.rarity(term), 0);
    if (total === 0) return [];
    return this.candidates
      .map((candidate) => this.score(candidate, facet, total))
      .filter((scored) => scored !== undefined)
      .toSorted((a, b) => b.score - a.score);
  }

  private score(candidate: Candidate, facet: Facet, total: number): Scored | undefined {
    const weigh = (matches: (term: Term) => number): number[] =>
      facet.terms.map((term) => (matches(term) * term.weight * this.rarity(term)) / total);
    const says = weigh((term) => matchOf(term, candidate.own));
    const about = weigh((term) => aboutShare * matchOf(term, candidate.about));
    if (!facet.terms.some(({ weight }, at) => weight === 1 && (says[at] ?? 0) + (about[at] ?? 0) > 0)) return undefined;
    const nearby = weigh((term) => nearbyShare * matchOf(term, candidate.nearby));
    const held = sum(says.map((own, at) => Math.max(own, about[at] ?? 0, nearby[at] ?? 0)));
    const coverage = held * (asksNumber.test(facet.text) && !givesNumber.test(candidate.text) ? 0.6 : 1);
    const lead = sum(weigh((term) => matchOf(term, candidate.section))) * Math.max(0, 1 - candidate.at / leadSentences);
    const score =
      (1 - ownShare) * coverage +
      ownShare * sum(says) +
      leadShare * lead +
      this.context(facet, candidate, total) +
      phrases(facet, candidate) +
      fits(facet.text, candidate.text) +
      defines(facet, candidate);
    return {
      candidate,
      coverage,
      says,
      score:
        score * form(candidate) * stance(facet.text, candidate.text) * (1 - 0.01 * Math.min(candidate.passage, 10)),
    };
  }

  private context({ text, context }: Facet, { own, about }: Candidate, total: number): number {
    const isMeant = pointsBack.test(text);
    const matched = context.map((term) =>
      Math.max(matchOf(term, own), isMeant ? aboutShare * matchOf(term, about) : 0),
    );
    const hinted = sum(context.map((term, at) => (matched[at] ?? 0) * this.rarity(term)));
    // Of what is meant all has to be there; of another part of the question a hint is enough.
    const whole = isMeant ? sum(context.map((term) => this.rarity(term))) : total;
    return (isMeant ? meantShare : contextShare) * Math.min(1, hinted / Math.max(total, whole));
  }

  private rarity(term: Term): number {
    const own = this.frequency.get(term.stem) ?? 0;
    const alike = term.group === undefined ? 0 : (this.frequency.get(groupKey(term.group)) ?? 0);
    return 1 + Math.log((this.candidates.length + 1) / (Math.max(own, alike) + 1));
  }
}

function candidatesOf(passage: ModelPassage, index: number): Candidate[] {
  const sentences = sentencesOf(passage.text);
  const terms = sentences.map(({ text }) => termsOf(text));
  const around = termsOf(`${passage.name.replace(/\.\w+$/, '')} ${passage.place}`);
  const nearest = termsOf(passage.place.split(' > ').at(-1) ?? '');
  return sentences.map((sentence, at) => ({
    ...sentence,
    passage: index,
    at,
    own: keysOf(terms[at] ?? []),
    about: keysOf([...around, ...termsOf(sentence.context)]),
    section: keysOf([...nearest, ...termsOf(sentence.context)]),
    nearby: keysOf([...(terms[at - 1] ?? []), ...(terms[at + 1] ?? [])]),
    stems: (terms[at] ?? []).map(({ stem }) => stem),
  }));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function matchOf(term: Term, keys: ReadonlySet<string>): number {
  if (keys.has(term.stem)) return 1;
  return term.group !== undefined && keys.has(groupKey(term.group)) ? synonymShare : 0;
}

/** Words that stand together in the question and in the sentence. */
function phrases(facet: Facet, { stems }: Candidate): number {
  const pairs = new Set(stems.slice(1).map((stem, index) => `${stems[index] ?? ''} ${stem}`));
  const hits = facet.terms.slice(1).filter(({ stem }, index) => pairs.has(`${facet.terms[index]?.stem ?? ''} ${stem}`));
  return Math.min(0.2, 0.1 * hits.length);
}

const kinds: readonly (readonly [question: RegExp, answer: RegExp])[] = [
  [
    /\bhow (?:many|much|long|often|large|big|fast)\b|\bwhat (?:is|are) the (?:limit|default|maximum|size|price|cost)/i,
    /\d/,
  ],
  [/\bwhy\b/i, /\b(?:because|since|so that|therefore|otherwise|to avoid|in order to)\b/i],
  [/\bwhat happens\b/i, /^(?:when|if|once|after|as soon as)\b/i],
  [/\bwhen\b|\bwhat happens\b/i, /\b(?:when|if|after|once|before|until|as soon as)\b/i],
  [/\bhow (?:(?:do|can|should) (?:I|we|you|one)|to)\b/i, /\b(?:by|using|run|set|use|with)\b/i],
  [/\bwhat (?:is|are)\b/i, /^(?:an?|the)?\s*[\w -]{2,40}\s(?:is|are|means|refers to)\b|^\|\s*[\w ,/-]{2,40}\|/i],
];

const asksNumber = /\bhow (?:many|much|long|often)\b/i;
const givesNumber =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|hundred|thousand|million|half|once|twice|no|none|any|unlimited|free|every|each|all|daily|weekly|monthly|yearly|forever|ever|until|as (?:many|long|often))\b/i;

/** A "how many" is best answered by a number, a "why" by a reason. */
function fits(question: string, sentence: string): number {
  return 0.1 * Math.min(2, kinds.filter(([asked, says]) => asked.test(question) && says.test(sentence)).length);
}

const isDefinition = /^\W*[\p{L}\p{N} _.-]{1,40}?\s(?:is|are|means|refers to)\b/iu;

/** "What is X?" is best answered by a sentence that begins with X, and by "X is" above all. */
function defines({ text, terms }: Facet, candidate: Candidate): number {
  const begins = terms.some(({ stem, weight }) => weight === 1 && stem === candidate.stems[0]);
  if (!begins || !/^\W*what (?:is|are)\b/i.test(text)) return 0;
  return isDefinition.test(candidate.text) ? 0.4 : 0.2;
}

const asksHow = /^\W*(?:how|what)\b/i;
const denies = /\b(?:not|never|cannot|nothing|nobody)\b|n[’']t\b/i;

/** What is not so does not tell how it is. */
const stance = (question: string, sentence: string): number =>
  asksHow.test(question) && !denies.test(question) && denies.test(sentence) ? 0.8 : 1;

export const isStatement = /[.!。！]$|: \S/;

const isCode = /=>|\/\/ |[{}]|;$/;

function form({ text }: Candidate): number {
  if (/[?？]$/.test(text)) return 0.4;
  if (isCode.test(text)) return 0.6;
  if (text.length < 25) return isStatement.test(text) ? 0.9 : 0.6;
  if (text.startsWith('|')) return 0.85;
  return text.length > 350 ? 0.85 : 1;
}
