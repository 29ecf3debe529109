/**
 * When a passage counts as an answer, and how two rankings become one. Every adapter of the knowledge index uses these rules.
 *
 * A word weighs the more the fewer passages have it; one that no passage has weighs most, as it is what the question is about and is not here.
 * The coverage of a passage is the share of the question's weight that its words make up. There is an answer only if some passage covers
 * `answerCoverage`, or lies so near in meaning that the embedder vouches for it; then others that cover `passageCoverage` come along.
 */
/** Of a question's weight, what the best passage must cover. */
const answerCoverage = 0.5;
/** What every further passage must cover. */
const passageCoverage = 0.15;
/** So many words of a question are looked up, rare or not; the rest of a long one hardly changes what is found. */
export const maxQuestionWords = 40;
/** Reciprocal rank fusion as published: a constant of 60 keeps the first places from outvoting everything. */
const fusionConstant = 60;

export function wordWeight(passages: number, passagesWithIt: number): number {
  return Math.log(1 + (passages + 0.5) / (passagesWithIt + 0.5));
}

/**
 * Ranking reads every passage that has one of the words, so in a large index the common words of a question stay out of it: they tell
 * little apart. They still count for relevance.
 */
const rankedPassages = 5_000;

/** The rarest words that together stand in so many passages; at least one, if any stands in one. */
export function wordsThatRank<Word extends { readonly passages: number }>(words: readonly Word[]): Word[] {
  const chosen: Word[] = [];
  let sum = 0;
  for (const word of words.filter(({ passages }) => passages > 0).toSorted((a, b) => a.passages - b.passages)) {
    sum += word.passages;
    if (sum > rankedPassages && chosen.length > 0) break;
    chosen.push(word);
  }
  return chosen;
}

export interface Candidate {
  readonly id: number;
  /** From 0 to 1. */
  readonly coverage: number;
  /** Place in the ranking by words or by vectors, from 0; undefined: not in it. */
  readonly byWords: number | undefined;
  readonly byVector: number | undefined;
  readonly cosine: number;
}
export interface Ranked {
  readonly id: number;
  /** In (0, 1]; 1 is first by words and by vector. */
  readonly score: number;
}

/** The relevant ones, best first; none when there is no answer among them. */
export function rankRelevant(candidates: readonly Candidate[], relevantCosine = Infinity): Ranked[] {
  const near = (candidate: Candidate): boolean => candidate.cosine >= relevantCosine;
  if (!candidates.some((candidate) => candidate.coverage >= answerCoverage || near(candidate))) return [];
  return candidates
    .filter((candidate) => candidate.coverage >= passageCoverage || near(candidate))
    .map((candidate) => ({ id: candidate.id, score: fuse(candidate.byWords, candidate.byVector) }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
}

function fuse(...places: readonly (number | undefined)[]): number {
  const sum = places.reduce<number>(
    (total, place) => total + (place === undefined ? 0 : 1 / (fusionConstant + place + 1)),
    0,
  );
  return (sum * (fusionConstant + 1)) / places.length;
}
