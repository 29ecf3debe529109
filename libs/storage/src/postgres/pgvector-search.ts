/**
 * Finding on PostgreSQL: candidates by words and by vector, both inside the scope of the query, then relevance and fusion.
 * Promise: the nearest in scope are among the candidates. HNSW looks at what is near first and asks for the scope then, so a small scope is
 * searched exactly, and so is one of which the index finds too little.
 */
import type { FoundPassage, KnowledgeQuery } from '../knowledge-index.ts';
import {
  maxQuestionWords,
  rankRelevant,
  wordsThatRank,
  wordWeight,
  type Candidate,
  type Ranked,
} from '../knowledge-relevance.ts';
import { contentWords } from '../knowledge-words.ts';
import { plainWord } from './knowledge-lexemes.ts';
import { indexedDimensions } from './knowledge-schema.ts';
import * as statements from './knowledge-search-statements.ts';
import type { SqlRunner, SqlStatement } from './sql.ts';
import { storableJson, storableText } from './storable-text.ts';

export interface PgvectorSearchOptions {
  readonly embedder: number;
  readonly dimensions: number;
  readonly relevantCosine: number | undefined;
  /** Up to so many passages in scope, every vector is looked at. */
  readonly exactUpTo: number;
}

/** Whole numbers of 64 bits may come as text. */
type Whole = string | number;
interface Word {
  readonly lexeme: string;
  readonly passages: number;
}
interface Near {
  readonly id: number;
  readonly distance: number;
}
interface ByWords {
  readonly id: Whole;
  readonly rank: number | null;
  readonly covered: number;
}
type FoundRow = { id: Whole; document_id: string } & Omit<FoundPassage, 'documentId' | 'score'>;

export class PgvectorSearch {
  readonly #options: PgvectorSearchOptions;
  readonly #exactly: SqlStatement;
  readonly #byIndex: SqlStatement;

  constructor(options: PgvectorSearchOptions) {
    this.#options = options;
    this.#exactly = statements.nearestExactly(options.embedder);
    this.#byIndex = statements.nearestByIndex(options.embedder, options.dimensions);
  }

  /** `sql` sees one moment, so that a document is found as it was or as it is, never in between. */
  async find(sql: SqlRunner, query: KnowledgeQuery): Promise<FoundPassage[]> {
    const scope = [query.tenant, scopeText(query.collection), storableJson(query.filter ?? {})];
    const { passages, words } = await countWords(sql, scope, query.text);
    if (passages === 0) return [];
    const near = await this.#nearest(sql, [...scope, vectorText(query.vector)], passages);
    const candidates = await candidatesOf(sql, scope, { passages, words, near });
    return load(sql, rankRelevant(candidates, this.#options.relevantCosine).slice(0, query.k));
  }

  async #nearest(sql: SqlRunner, values: readonly unknown[], passages: number): Promise<readonly Near[]> {
    const read = async (statement: SqlStatement): Promise<Near[]> =>
      (await sql.run<{ id: Whole; distance: number }>(statement, values)).map(({ id, distance }) => ({
        id: Number(id),
        distance,
      }));
    if (passages > this.#options.exactUpTo && this.#options.dimensions <= indexedDimensions) {
      await sql.run(statements.tuneIndex, []);
      const near = await read(this.#byIndex);
      if (near.length >= Math.min(statements.candidates, passages)) return near;
    }
    return read(this.#exactly);
  }
}

/** As input of a `vector`. */
export const vectorText = (vector: Float32Array): string => `[${vector.join(',')}]`;

const scopeText = (collection: string | undefined): string | null =>
  collection === undefined ? null : storableText(collection);

async function countWords(
  sql: SqlRunner,
  scope: readonly unknown[],
  text: string,
): Promise<{ passages: number; words: readonly Word[] }> {
  const question = [...new Set(contentWords(text))].slice(0, maxQuestionWords).map(plainWord);
  type Row = { scope: Whole; lexeme: string | null; passages: Whole };
  const rows = await sql.run<Row>(statements.countWords, [...scope, question]);
  return {
    passages: Number(rows[0]?.scope ?? 0),
    words: rows.flatMap(({ lexeme, passages }) => (lexeme === null ? [] : [{ lexeme, passages: Number(passages) }])),
  };
}

async function candidatesOf(
  sql: SqlRunner,
  scope: readonly unknown[],
  { passages, words, near }: { passages: number; words: readonly Word[]; near: readonly Near[] },
): Promise<Candidate[]> {
  const weighed = words.map((word) => ({ ...word, weight: wordWeight(passages, word.passages) }));
  const whole = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const occurring = weighed.filter((word) => word.passages > 0);
  const match = wordsThatRank(words).map(({ lexeme }) => lexeme);
  const rows = await sql.run<ByWords>(statements.byWords, [
    ...scope,
    match.length === 0 ? null : match.join(' | '),
    occurring.map(({ lexeme }) => lexeme),
    occurring.map(({ weight }) => weight),
    near.map(({ id }) => id),
  ]);
  const byVector = new Map(near.map(({ id, distance }, place) => [id, { place, cosine: 1 - distance }]));
  return rows.map(({ id, rank, covered }, place) => ({
    id: Number(id),
    coverage: whole === 0 ? 0 : covered / whole,
    byWords: rank === null ? undefined : place,
    byVector: byVector.get(Number(id))?.place,
    cosine: byVector.get(Number(id))?.cosine ?? -1,
  }));
}

async function load(sql: SqlRunner, best: readonly Ranked[]): Promise<FoundPassage[]> {
  if (best.length === 0) return [];
  const rows = await sql.run<FoundRow>(statements.found, [best.map(({ id }) => id)]);
  const passages = new Map(rows.map((row) => [Number(row.id), row]));
  return best.flatMap(({ id, score }) => {
    const row = passages.get(id);
    if (!row) return [];
    const { document_id: documentId, name, ordinal, text, place } = row;
    return [{ documentId, name, ordinal, text, place, score }];
  });
}
