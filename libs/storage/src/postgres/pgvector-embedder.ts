/**
 * What a change of embedder, or of how words are cut, asks for: an HNSW index for the new one, vectors and words for the passages that have
 * none of it, and the end of the old ones.
 * Promises: of several processes one at a time embeds, and a slice that was embedded is kept; the old vectors go when nothing is left to renew.
 */
import type { EmbedderTraits, StoredText } from '../knowledge-index.ts';
import { makerOf } from '../knowledge-words.ts';
import { dropIndex, indexedDimensions, indexName, makeIndex } from './knowledge-schema.ts';
import * as statements from './knowledge-statements.ts';
import { renewWords } from './pgvector-words.ts';
import { databaseUnavailable, SqlFailure, type SqlRunner, type TransactionalSql } from './sql.ts';

/** Passages that are embedded at once; vectors that are deleted at once. */
const slice = 64;
const deletedAtOnce = 5_000;

/** Answers the number of the embedder in this database. */
export async function prepareEmbedder(sql: TransactionalSql, embedder: EmbedderTraits): Promise<number> {
  const name = makerOf(embedder);
  const { dimensions } = embedder;
  try {
    return await sql.transaction('write', async (transaction) => {
      await transaction.run(statements.lockEmbedders, []);
      await transaction.run(statements.addEmbedder, [name, dimensions]);
      const [row] = await transaction.run<{ id: number }>(statements.findEmbedder, [name, dimensions]);
      const { id } = row!;
      const [index] = await transaction.run<{ there: boolean }>(statements.hasIndex, [indexName(id)]);
      if (!index!.there && dimensions <= indexedDimensions) await transaction.run(makeIndex(id, dimensions), []);
      return id;
    });
  } catch (error) {
    throw knowledgeFailure('be prepared for an embedder', error);
  }
}

/** Answers how many passages this process has renewed; none while another one does it. */
export async function renewVectors(
  sql: TransactionalSql,
  embedder: number,
  embed: (texts: readonly StoredText[]) => Promise<readonly string[]>,
): Promise<number> {
  let renewed = 0;
  for (let last: number | undefined = 0; ;) {
    const after: number = last;
    const done = await sql.transaction('write', (transaction) => renewSlice(transaction, { embedder, after }, embed));
    if (done === 'claimed by another') return renewed;
    renewed += done.passages;
    last = done.last;
    if (last !== undefined) continue;
    if (after === 0) break;
    last = 0; // once more: a process with the old embedder may have written behind
  }
  await dropOthers(sql, embedder);
  return renewed;
}

/** The claim is held while the texts are embedded, but no row is: documents can be replaced meanwhile. */
async function renewSlice(
  sql: SqlRunner,
  { embedder, after }: { embedder: number; after: number },
  embed: (texts: readonly StoredText[]) => Promise<readonly string[]>,
): Promise<{ passages: number; last: number | undefined } | 'claimed by another'> {
  const [claim] = await sql.run<{ claimed: boolean }>(statements.claimRenewal, [embedder]);
  if (!claim?.claimed) return 'claimed by another';
  const rows = await sql.run<StoredText & { id: string | number }>(statements.withoutVector, [embedder, after, slice]);
  if (rows.length === 0) return { passages: 0, last: undefined };
  const vectors = await embed(rows.map(({ name, place, text }) => ({ name, place, text })));
  await sql.run(statements.addVectors, [embedder, rows.map(({ id }) => id), vectors]);
  await renewWords(sql, rows); // locked by now, so that nobody removes them in another order
  return { passages: rows.length, last: Number(rows.at(-1)!.id) };
}

async function dropOthers(sql: TransactionalSql, embedder: number): Promise<void> {
  for (const { id } of await sql.run<{ id: number }>(statements.otherEmbedders, [embedder])) {
    await sql.run(dropIndex(id), []);
    for (let deleted = deletedAtOnce; deleted === deletedAtOnce;)
      deleted = (await sql.run(statements.dropVectors, [id, deletedAtOnce])).length;
  }
}

/** What the server refuses as wrong (SQLSTATE classes 22, 23 and 42) is a bug of ours and stays one: nobody should wait for it to pass. */
export function knowledgeFailure(doing: string, error: unknown): unknown {
  if (!(error instanceof SqlFailure)) return error;
  const { code } = error.cause as { code?: unknown };
  return error.outcome === 'refused' && /^(22|23|42)/.test(String(code)) ? error : databaseUnavailable(doing, error);
}
