/** The words of passages as PostgreSQL stems them. */
import { hasUnspaced } from '@waybill/contracts';
import type { StoredText } from '../knowledge-index.ts';
import { passageWords, tsvectorOf, type PassageWords } from './knowledge-lexemes.ts';
import * as statements from './knowledge-statements.ts';
import type { SqlRunner } from './sql.ts';

/** As input of a `tsvector`. Stems are the same for ever, so a transaction may come later. */
export async function wordVectors(sql: SqlRunner, passages: readonly PassageWords[]): Promise<string[]> {
  const lexemes = await lexemesOf(sql, new Set(passages.flatMap(({ heading, text }) => [...heading, ...text])));
  return passages.map((one) => tsvectorOf(one, lexemes));
}

/** Other texts have always been cut as they are now. */
export async function renewWords(
  sql: SqlRunner,
  passages: readonly (StoredText & { id: string | number })[],
): Promise<void> {
  const unspaced = passages.filter(({ name, place, text }) => hasUnspaced(`${name} ${place} ${text}`));
  if (unspaced.length === 0) return;
  const words = unspaced.map((passage) => passageWords(passage.name, passage));
  await sql.run(statements.renewWords, [unspaced.map(({ id }) => id), await wordVectors(sql, words)]);
}

async function lexemesOf(sql: SqlRunner, words: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  if (words.size === 0) return new Map();
  type Row = { word: string; lexeme: string | null };
  const rows = await sql.run<Row>(statements.lexemes, [[...words]]);
  return new Map(rows.map(({ word, lexeme }) => [word, lexeme ?? word]));
}
