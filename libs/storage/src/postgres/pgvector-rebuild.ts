/** What the tables hold for whoever rebuilds the index: its highest revision, and whether a rebuild has begun and not ended. */
import type { IndexSurvey, KnownDocument } from '../knowledge-index.ts';
import type { SqlRunner, SqlStatement, TransactionalSql } from './sql.ts';
import { storableId } from './storable-text.ts';

const named = (name: string, text: string): SqlStatement => ({ name: `waybill_knowledge_${name}`, text });
const mark = 'rebuild';

const survey = named(
  'survey',
  'SELECT (SELECT max(revision) FROM documents) AS highest, EXISTS (SELECT FROM settings WHERE name = $1) AS marked',
);
const knownFrom = named(
  'known_from',
  'SELECT tenant, document_id AS "documentId", revision FROM documents WHERE revision >= $1 ORDER BY revision DESC, id',
);
const setMark = named('set_mark', "INSERT INTO settings (name, value) VALUES ($1, 'begun') ON CONFLICT DO NOTHING");
const dropMark = named('drop_mark', 'DELETE FROM settings WHERE name = $1');
/** Who asks for the same document waits here until the other has cleared everything, and then finds none. */
const claim = named(
  'claim_foreign',
  'SELECT FROM documents WHERE tenant = $1 AND document_id = $2 AND revision = $3 FOR UPDATE',
);
/** Passages and vectors go with them, in the order in which writers lock them. */
const clear = named('clear', 'DELETE FROM documents');

export async function readSurvey(sql: SqlRunner): Promise<IndexSurvey> {
  const [row] = await sql.run<{ highest: string | number | null; marked: boolean }>(survey, [mark]);
  const { highest, marked } = row!;
  return { highestRevision: highest === null ? undefined : Number(highest), isBeingRebuilt: marked };
}

export async function readKnownFrom(sql: SqlRunner, revision: number): Promise<readonly KnownDocument[]> {
  type Row = Omit<KnownDocument, 'revision'> & { revision: string | number };
  const rows = await sql.run<Row>(knownFrom, [revision]);
  return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
}

export async function writeRebuildBegun(sql: TransactionalSql, foreign: KnownDocument | undefined): Promise<void> {
  await sql.transaction('write', async (transaction) => {
    if (foreign !== undefined) {
      const values = [storableId(foreign.tenant), storableId(foreign.documentId), foreign.revision];
      if ((await transaction.run(claim, values)).length > 0) await transaction.run(clear, []);
    }
    await transaction.run(setMark, [mark]);
  });
}

export async function writeRebuildEnded(sql: SqlRunner): Promise<void> {
  await sql.run(dropMark, [mark]);
}
