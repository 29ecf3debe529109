/** What `knowledge.db` holds for whoever rebuilds it: its highest revision, and whether a rebuild has begun and not ended. */
import type { DatabaseSync } from 'node:sqlite';
import type { IndexSurvey, KnownDocument } from '../knowledge-index.ts';

const mark = 'rebuild';

export function readSurvey(database: DatabaseSync): IndexSurvey {
  const statement = database.prepare(
    'SELECT (SELECT max(revision) FROM documents) AS highest, (SELECT count(*) FROM settings WHERE name = ?) AS marks',
  );
  const { highest, marks } = statement.get(mark) as { highest: number | null; marks: number };
  return { highestRevision: highest ?? undefined, isBeingRebuilt: marks > 0 };
}

export function readKnownFrom(database: DatabaseSync, revision: number): readonly KnownDocument[] {
  const statement = database.prepare(
    `SELECT tenant, document_id AS documentId, revision FROM documents WHERE revision >= ? ORDER BY revision DESC, id`,
  );
  return statement.all(revision).map((row) => ({ ...(row as unknown as KnownDocument) }));
}

/** In a transaction. */
export function writeRebuildBegun(database: DatabaseSync, foreign: KnownDocument | undefined): void {
  database.prepare("INSERT INTO settings VALUES (?, 'begun') ON CONFLICT DO NOTHING").run(mark);
  if (foreign === undefined) return;
  const statement = database.prepare(
    'SELECT 1 FROM documents WHERE tenant = ? AND document_id = ? AND revision = ? LIMIT 1',
  );
  if (statement.get(foreign.tenant, foreign.documentId, foreign.revision) === undefined) return;
  database.exec(
    "DELETE FROM documents; DELETE FROM passages; DELETE FROM vectors; INSERT INTO words (words) VALUES ('delete-all')",
  );
}

export function writeRebuildEnded(database: DatabaseSync): void {
  database.prepare('DELETE FROM settings WHERE name = ?').run(mark);
}
