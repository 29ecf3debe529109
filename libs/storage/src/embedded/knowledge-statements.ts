/**
 * The statements of a search, each for the whole file and for a scope inside it: most questions are put to all that there is,
 * and then no row has to be asked which document it belongs to.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** From each ranking. */
const candidates = 200;
/** A heading names what its passages are about, so a word in it counts a little more. */
const ranking = 'bm25(words, 1.0, 1.5)';
const inScope = 'document IN (SELECT value FROM json_each(:scope))';

export class ScopedStatements {
  readonly #byWords: StatementSync;
  readonly #byVector: StatementSync;
  readonly #countWord: StatementSync;

  constructor(database: DatabaseSync, isWhole: boolean) {
    const matching = isWhole
      ? 'FROM words WHERE words MATCH :match'
      : `FROM words CROSS JOIN passages ON passages.id = words.rowid WHERE words MATCH :match AND passages.${inScope}`;
    this.#byWords = prepare(
      database,
      `SELECT words.rowid AS id ${matching} ORDER BY ${ranking}, words.rowid LIMIT ${String(candidates)}`,
    );
    this.#countWord = prepare(database, `SELECT count(*) AS passages ${matching}`);
    this.#byVector = prepare(
      database,
      `SELECT passage AS id, 1 - vec_distance_cosine(vector, :vector) AS cosine FROM vectors
       ${isWhole ? '' : `WHERE ${inScope}`} ORDER BY cosine DESC, passage LIMIT ${String(candidates)}`,
    );
  }

  /** Best first. */
  byWords(match: string, scope: string): { id: number }[] {
    return match === '' ? [] : (this.#byWords.all({ match, scope }) as { id: number }[]);
  }

  /** Nearest first. */
  byVector(vector: Float32Array, scope: string): { id: number; cosine: number }[] {
    return this.#byVector.all({ vector: bytesOf(vector), scope }) as { id: number; cosine: number }[];
  }

  countWord(match: string, scope: string): number {
    return (this.#countWord.get({ match, scope }) as { passages: number }).passages;
  }
}

export const bytesOf = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setAllowUnknownNamedParameters(true); // :scope, where the whole file is searched
  return statement;
}
