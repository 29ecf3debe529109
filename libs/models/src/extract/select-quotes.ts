/**
 * Which sentences answer which facet of a question.
 * Promises: quotes are verbatim stretches of their passage; every facet that the passages answer has a quote; little is said twice; the same input gives the same choice.
 */
import type { ModelPassage } from '../model.ts';
import { Corpus, isStatement, type Candidate, type Scored } from './corpus.ts';
import { facetsOf, type Facet } from './facets.ts';

export interface Quote {
  /** Place of its passage in the request, from 1: what a citation says. */
  readonly n: number;
  readonly text: string;
}
export interface FacetAnswer {
  readonly facet: string;
  /** In reading order; empty when the passages do not answer it. */
  readonly quotes: readonly Quote[];
}

/** Below it a sentence has a word or two in common with the question, no more. */
const answersFrom = 0.48;
const worthBesideBest = 0.65;
const goodBesideBest = 0.9;
/** Such questions are answered by what follows the best sentence, too. */
const tellsAStory = /\b(?:what happens|explain|describe|how\b.*\bworks?)\b/i;
const storySentences = 3;
const wholeChars = 500;
const refersBack = /^(?:It|This|These|They|Those|That|Its|Their|Such|Otherwise|However|Then|Instead|He|She)\b/;

export function selectQuotes(question: string, passages: readonly ModelPassage[]): FacetAnswer[] {
  const corpus = new Corpus(passages);
  const facets = facetsOf(question);
  const perFacet = facets.length === 1 ? 5 : facets.length === 2 ? 3 : 2;
  const ranked = facets.map((facet) => {
    const all = corpus.rank(facet).filter(({ coverage }) => coverage >= answersFrom);
    const telling = all.filter(({ candidate }) => !repeats(candidate, facet));
    return (telling[0]?.coverage ?? 0) >= goodBesideBest * (all[0]?.coverage ?? 0) ? telling : all;
  });
  const homes = homesOf(ranked);
  return facets.map((facet, index) => {
    const all = ranked[index] ?? [];
    const own = all.filter(({ candidate }) => homes.get(candidate) === index);
    // What answers another facet better is said again only where this one would have no answer, or a far worse one.
    const isGood = (own[0]?.score ?? 0) >= goodBesideBest * (all[0]?.score ?? 0);
    const chosen = choose(isGood ? own : all, perFacet);
    const told = tellsAStory.test(facet.text) ? goOn(chosen, corpus, passages, perFacet) : chosen;
    return { facet: facet.text, quotes: quotesOf(told, corpus.candidates, passages) };
  });
}

/** The stretch of the passage that comes closest to what is claimed of it; undefined when the passage is blank. */
export function closestQuote(claim: string, passage: ModelPassage): string | undefined {
  const corpus = new Corpus([passage]);
  const scores = facetsOf(claim).flatMap((facet) => corpus.rank(facet));
  const best = scores.reduce<Scored | undefined>(
    (top, scored) => (top === undefined || scored.score > top.score ? scored : top),
    undefined,
  );
  return (best?.candidate ?? corpus.candidates[0])?.text ?? beginningOf(passage.text);
}

/** Of what has no sentence, such as code alone or a heading. */
function beginningOf(text: string): string | undefined {
  const beginning = text
    .trim()
    .slice(0, wholeChars)
    .replace(/[\ud800-\udbff]$/, '');
  return beginning === '' ? undefined : beginning;
}

/** A name in a list of contents, say. A whole sentence in the question's words confirms them. */
function repeats({ text, stems }: Candidate, { terms }: Facet): boolean {
  return !isStatement.test(text) && stems.every((stem) => terms.some((term) => term.stem === stem));
}

/** Each candidate belongs to the facet for which it stands highest. */
function homesOf(ranked: readonly (readonly Scored[])[]): Map<Candidate, number> {
  const homes = new Map<Candidate, { facet: number; share: number }>();
  ranked.forEach((scores, facet) => {
    for (const { candidate, score } of scores) {
      const share = score / (scores[0]?.score ?? 1);
      if (share > (homes.get(candidate)?.share ?? 0)) homes.set(candidate, { facet, share });
    }
  });
  return new Map([...homes].map(([candidate, { facet }]) => [candidate, facet]));
}

/** Greedy: each next one by its score less what it repeats; what goes on from a chosen one gains. */
function choose(ranked: readonly Scored[], count: number): Candidate[] {
  const chosen: Candidate[] = [];
  let said: readonly number[] = [];
  const left = [...ranked];
  const enough = (ranked[0]?.score ?? 0) * worthBesideBest;
  while (chosen.length < count && left.length > 0) {
    const values = left.map(
      ({ candidate, score, says }) =>
        score * (1 - 0.6 * likeness(candidate, chosen) + (goesOn(candidate, chosen) ? 0.15 : 0)) + added(says, said),
    );
    const top = values.indexOf(Math.max(...values));
    if ((values[top] ?? 0) < enough) break;
    for (const { candidate, says } of left.splice(top, 1)) {
      chosen.push(candidate);
      said = says.map((share, at) => Math.max(share, said[at] ?? 0));
    }
  }
  return chosen;
}

/** What of the facet is said that was not said before: nothing to the first, whose score says it. */
const added = (says: readonly number[], said: readonly number[]): number =>
  said.length === 0 ? 0 : says.reduce((sum, share, at) => sum + Math.max(0, share - (said[at] ?? 0)), 0);

/** The best one and those that follow it in its paragraph, then of the others as many as there is room for. */
function goOn(
  chosen: readonly Candidate[],
  { candidates }: Corpus,
  passages: readonly ModelPassage[],
  count: number,
): readonly Candidate[] {
  const told = chosen.slice(0, 1);
  for (let last = told[0]; last !== undefined && told.length < storySentences; last = told.at(-1)) {
    const { passage, at, end }: Candidate = last;
    const next = candidates.find((other) => other.passage === passage && other.at === at + 1);
    if (next === undefined || !isGap(passages[passage]?.text.slice(end, next.start) ?? '')) break;
    told.push(next);
  }
  const others = chosen.filter((candidate) => !told.includes(candidate));
  return [...told, ...others.slice(0, Math.max(0, count - told.length))];
}

const goesOn = ({ passage, at }: Candidate, chosen: readonly Candidate[]): boolean =>
  chosen.some((other) => other.passage === passage && Math.abs(other.at - at) === 1);

function likeness({ own }: Candidate, chosen: readonly Candidate[]): number {
  return Math.max(0, ...chosen.map((other) => jaccard(own, other.own)));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const key of a) if (b.has(key)) common += 1;
  return common / Math.max(1, a.size + b.size - common);
}

/** The passage with the best sentence comes first, each passage in its own order; neighbours become one quote. */
function quotesOf(chosen: readonly Candidate[], all: readonly Candidate[], passages: readonly ModelPassage[]): Quote[] {
  const order = [...new Set(chosen.map(({ passage }) => passage))];
  return order.flatMap((passage) => {
    const text = passages[passage]?.text ?? '';
    const spans: { start: number; end: number }[] = [];
    for (const { start, end } of chosen
      .filter((candidate) => candidate.passage === passage)
      .map((candidate) => withAntecedent(candidate, all, text))
      .toSorted((a, b) => a.start - b.start)) {
      const last = spans.at(-1);
      if (last !== undefined && (start <= last.end || isBridged(text.slice(last.end, start))))
        last.end = Math.max(end, last.end);
      else spans.push({ start, end });
    }
    return spans.map(({ start, end }) => ({ n: passage + 1, text: text.slice(start, end) }));
  });
}

/** "It then ..." says nothing without the sentence before it. */
function withAntecedent(candidate: Candidate, all: readonly Candidate[], text: string): { start: number; end: number } {
  const { start, end, passage } = candidate;
  if (!refersBack.test(candidate.text)) return { start, end };
  const before = all.findLast((other) => other.passage === passage && other.end <= start);
  return before !== undefined && isGap(text.slice(before.end, start)) ? { start: before.start, end } : { start, end };
}

/** One line break at most: further apart they are not one statement. */
const isGap = (between: string): boolean =>
  between.trim() === '' && between.indexOf('\n') === between.lastIndexOf('\n');

/** A short sentence left out between two quotes of one paragraph reads worse than the whole. */
const isBridged = (between: string): boolean =>
  isGap(between) || (between.length <= 260 && !/\n\s*(?:\n|[-*+•#|>`~]|\d{1,3}[.)]\s)/.test(between));
