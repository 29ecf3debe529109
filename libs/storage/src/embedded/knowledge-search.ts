/**
 * Finding in `knowledge.db`: candidates by words (FTS5, bm25) and by vector (exact, sqlite-vec), both inside the scope of the query,
 * then relevance and fusion.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FoundPassage, KnowledgeQuery } from '../knowledge-index.ts';
import { maxQuestionWords, rankRelevant, wordWeight, type Candidate } from '../knowledge-relevance.ts';
import { contentWords } from '../knowledge-words.ts';

const candidatesEach = 200;
/** A heading names what its passages are about, so a word in it counts a little more. */
const ranking = 'bm25(words, 1.0, 1.5)';
const inScope = 'IN (SELECT value FROM json_each(:scope))';

interface Scope {
  /** Row ids of the documents that may be found, as JSON. */
  readonly documents: string;
  readonly passages: number;
}

export class KnowledgeSearch {
  readonly #relevantCosine: number | undefined;
  readonly #database: DatabaseSync;
  readonly #byWords: StatementSync;
  readonly #byVector: StatementSync;
  readonly #countWord: StatementSync;
  readonly #hasWord: StatementSync;
  readonly #passages: StatementSync;

  /** The database has the functions of sqlite-vec. */
  constructor(database: DatabaseSync, relevantCosine: number | undefined) {
    this.#relevantCosine = relevantCosine;
    this.#database = database;
    this.#byWords = database.prepare(
      `SELECT passages.id FROM words CROSS JOIN passages ON passages.id = words.rowid
       WHERE words MATCH :match AND passages.document ${inScope} ORDER BY ${ranking}, passages.id LIMIT ${String(candidatesEach)}`,
    );
    this.#byVector = database.prepare(
      `SELECT passage AS id, 1 - vec_distance_cosine(vector, :vector) AS cosine FROM vectors
       WHERE document ${inScope} ORDER BY cosine DESC, passage LIMIT ${String(candidatesEach)}`,
    );
    this.#countWord = database.prepare(
      `SELECT count(*) AS passages FROM words CROSS JOIN passages ON passages.id = words.rowid
       WHERE words MATCH :match AND passages.document ${inScope}`,
    );
    this.#hasWord = database.prepare(
      'SELECT rowid AS id FROM words WHERE words MATCH :match AND +rowid IN (SELECT value FROM json_each(:candidates))',
    );
    this.#passages = database.prepare(
      `SELECT passages.id, document_id AS documentId, name, ordinal, text, place
       FROM passages JOIN documents ON documents.id = passages.document WHERE passages.id IN (SELECT value FROM json_each(:ids))`,
    );
  }

  find(query: KnowledgeQuery): FoundPassage[] {
    const scope = this.#scope(query);
    if (scope.passages === 0) return [];
    const best = rankRelevant(this.#candidates(query, scope), this.#relevantCosine).slice(0, query.k);
    const rows = this.#passages.all({ ids: JSON.stringify(best.map(({ id }) => id)) }) as unknown as (FoundPassage & {
      id: number;
    })[];
    const passages = new Map(rows.map(({ id, ...passage }) => [id, passage]));
    return best.flatMap(({ id, score }) => {
      const passage = passages.get(id);
      return passage ? [{ ...passage, score }] : [];
    });
  }

  #scope({ tenant, collection, filter = {} }: KnowledgeQuery): Scope {
    const conditions = ['tenant = ?', 'passages > 0'];
    const values: (string | number)[] = [tenant];
    if (collection !== undefined) {
      conditions.push('collection = ?');
      values.push(collection);
    }
    for (const [field, value] of Object.entries(filter)) {
      conditions.push(`EXISTS (SELECT 1 FROM json_each(metadata) WHERE key = ? AND atom = ? AND ${typesOf(value)})`);
      values.push(field, typeof value === 'boolean' ? Number(value) : value);
    }
    const found = this.#database
      .prepare(
        `SELECT json_group_array(id) AS documents, coalesce(sum(passages), 0) AS passages FROM documents WHERE ${conditions.join(' AND ')}`,
      )
      .get(...values);
    return found as unknown as Scope;
  }

  #candidates({ text, vector }: KnowledgeQuery, { documents: scope, passages }: Scope): Candidate[] {
    const words = [...new Set(contentWords(text))].slice(0, maxQuestionWords).map(quoted);
    const found = words.length === 0 ? [] : this.#byWords.all({ match: words.join(' OR '), scope });
    const byWords = places(found as { id: number }[]);
    const nearest = this.#byVector.all({ vector: bytesOf(vector), scope }) as { id: number; cosine: number }[];
    const byVector = places(nearest);
    const cosines = new Map(nearest.map(({ id, cosine }) => [id, cosine]));
    const ids = [...new Set([...byWords.keys(), ...byVector.keys()])];
    const coverage = this.#coverage(words, ids, { documents: scope, passages });
    return ids.map((id) => ({
      id,
      coverage: coverage.get(id) ?? 0,
      byWords: byWords.get(id),
      byVector: byVector.get(id),
      cosine: cosines.get(id) ?? -1,
    }));
  }

  #coverage(
    words: readonly string[],
    ids: readonly number[],
    { documents: scope, passages }: Scope,
  ): Map<number, number> {
    const candidates = JSON.stringify(ids);
    const covered = new Map<number, number>();
    let whole = 0;
    for (const match of words) {
      const { passages: withIt } = this.#countWord.get({ match, scope }) as { passages: number };
      const weight = wordWeight(passages, withIt);
      whole += weight;
      if (withIt === 0) continue;
      for (const { id } of this.#hasWord.all({ match, candidates }) as { id: number }[])
        covered.set(id, (covered.get(id) ?? 0) + weight);
    }
    return new Map([...covered].map(([id, weight]) => [id, weight / whole]));
  }
}

/** A word has letters and digits only; the quotes keep AND, OR, NOT and NEAR from being operators. */
const quoted = (word: string): string => `"${word}"`;

const places = (rows: readonly { id: number }[]): Map<number, number> =>
  new Map(rows.map(({ id }, place) => [id, place]));

const bytesOf = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

/** JSON tells 1, true and "1" apart; SQLite's values alone do not. */
function typesOf(value: string | number | boolean): string {
  if (typeof value === 'string') return "type = 'text'";
  return typeof value === 'number' ? "type IN ('integer', 'real')" : "type IN ('true', 'false')";
}
