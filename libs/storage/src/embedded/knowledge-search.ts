/**
 * Finding in `knowledge.db`: candidates by words (FTS5, bm25) and by vector (exact, sqlite-vec), both inside the scope of the query,
 * then relevance and fusion.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FoundPassage, KnowledgeQuery } from '../knowledge-index.ts';
import { maxQuestionWords, rankRelevant, wordsThatRank, wordWeight, type Candidate } from '../knowledge-relevance.ts';
import { contentWords } from '../knowledge-words.ts';
import { ScopedStatements } from './knowledge-statements.ts';

interface Scope {
  /** Row ids of the documents that may be found, as JSON. */
  readonly documents: string;
  readonly passages: number;
  /** There is nothing outside of it. */
  readonly isWhole: boolean;
}
interface Word {
  readonly match: string;
  readonly passages: number;
  readonly weight: number;
}

export class KnowledgeSearch {
  readonly #relevantCosine: number | undefined;
  readonly #database: DatabaseSync;
  readonly #inAll: ScopedStatements;
  readonly #inSome: ScopedStatements;
  readonly #hasWord: StatementSync;
  readonly #passages: StatementSync;

  /** The database has the functions of sqlite-vec. */
  constructor(database: DatabaseSync, relevantCosine: number | undefined) {
    this.#relevantCosine = relevantCosine;
    this.#database = database;
    this.#inAll = new ScopedStatements(database, true);
    this.#inSome = new ScopedStatements(database, false);
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
    const values: string[] = [tenant];
    if (collection !== undefined) {
      conditions.push('collection = ?');
      values.push(collection);
    }
    for (const [field, value] of Object.entries(filter)) {
      // As JSON on both sides: a whole number over 2^53 is not the same number as text and as a value that is bound.
      conditions.push(
        `EXISTS (SELECT 1 FROM json_each(metadata) WHERE key = ? AND atom = json_extract(?, '$') AND ${typesOf(value)})`,
      );
      values.push(field, JSON.stringify(value));
    }
    const found = this.#database
      .prepare(
        `SELECT json_group_array(id) AS documents, coalesce(sum(passages), 0) AS passages,
           coalesce(sum(passages), 0) = (SELECT coalesce(sum(passages), 0) FROM documents) AS isWhole
         FROM documents WHERE ${conditions.join(' AND ')}`,
      )
      .get(...values) as { documents: string; passages: number; isWhole: number };
    return { ...found, isWhole: found.isWhole === 1 };
  }

  #candidates({ text, vector }: KnowledgeQuery, scope: Scope): Candidate[] {
    const statements = scope.isWhole ? this.#inAll : this.#inSome;
    const words = [...new Set(contentWords(text))].slice(0, maxQuestionWords).map((word): Word => {
      const passages = statements.countWord(quoted(word), scope.documents);
      return { match: quoted(word), passages, weight: wordWeight(scope.passages, passages) };
    });
    const byWords = places(statements.byWords(matchOf(wordsThatRank(words)), scope.documents));
    const nearest = statements.byVector(vector, scope.documents);
    const byVector = places(nearest);
    const cosines = new Map(nearest.map(({ id, cosine }) => [id, cosine]));
    const ids = [...new Set([...byWords.keys(), ...byVector.keys()])];
    const coverage = this.#coverage(words, ids);
    return ids.map((id) => ({
      id,
      coverage: coverage.get(id) ?? 0,
      byWords: byWords.get(id),
      byVector: byVector.get(id),
      cosine: cosines.get(id) ?? -1,
    }));
  }

  /** What share of the question's weight each candidate has. */
  #coverage(words: readonly Word[], ids: readonly number[]): Map<number, number> {
    const candidates = JSON.stringify(ids);
    const whole = words.reduce((sum, { weight }) => sum + weight, 0);
    const covered = new Map<number, number>();
    for (const { match, passages, weight } of words) {
      const rows = passages === 0 ? [] : (this.#hasWord.all({ match, candidates }) as { id: number }[]);
      for (const { id } of rows) covered.set(id, (covered.get(id) ?? 0) + weight / whole);
    }
    return covered;
  }
}

/** An FTS5 expression. */
const matchOf = (words: readonly Word[]): string => words.map(({ match }) => match).join(' OR ');

/** A word has letters and digits only; the quotes keep AND, OR, NOT and NEAR from being operators. */
const quoted = (word: string): string => `"${word}"`;

const places = (rows: readonly { id: number }[]): Map<number, number> =>
  new Map(rows.map(({ id }, place) => [id, place]));

/** JSON tells 1, true and "1" apart; SQLite's values alone do not. */
function typesOf(value: string | number | boolean): string {
  if (typeof value === 'string') return "type = 'text'";
  return typeof value === 'number' ? "type IN ('integer', 'real')" : "type IN ('true', 'false')";
}
