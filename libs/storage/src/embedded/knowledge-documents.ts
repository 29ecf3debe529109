/** Rows of documents in the knowledge index: which command was applied last, and what for. */
import type { DatabaseSync } from 'node:sqlite';
import type { IndexedDocument } from '../knowledge-index.ts';

interface StateRow {
  id: number;
  revision: number;
  fingerprint: string;
  /** JSON. */
  requests: string;
  passages: number | null;
}

export function readState(database: DatabaseSync, tenant: string, documentId: string): StateRow | undefined {
  const statement = database.prepare(
    'SELECT id, revision, fingerprint, requests, passages FROM documents WHERE tenant = ? AND document_id = ?',
  );
  return statement.get(tenant, documentId) as unknown as StateRow | undefined;
}

/** Answers its row. `passages`: how many; null: it is removed. */
export function writeDocument(
  database: DatabaseSync,
  document: Omit<IndexedDocument, 'passages'>,
  passages: number | null,
): number {
  const { tenant, documentId, name, collection, metadata, revision, fingerprint, requests = [] } = document;
  const about = [tenant, documentId, name, collection, JSON.stringify(metadata), revision, fingerprint];
  const row = database
    .prepare(
      `INSERT INTO documents (tenant, document_id, name, collection, metadata, revision, fingerprint, passages, requests) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, collection = excluded.collection, metadata = excluded.metadata,
         revision = excluded.revision, fingerprint = excluded.fingerprint, passages = excluded.passages, requests = excluded.requests RETURNING id`,
    )
    .get(...about, passages, JSON.stringify(requests));
  return (row as { id: number }).id;
}

/** Of what is there, or is not. */
type Confirmed = Required<Pick<IndexedDocument, 'tenant' | 'documentId' | 'revision' | 'requests'>>;

export function confirmDocument(database: DatabaseSync, { tenant, documentId, revision, requests }: Confirmed): void {
  database
    .prepare(
      `INSERT INTO documents (tenant, document_id, name, collection, metadata, revision, fingerprint, requests) VALUES (?, ?, '', '', '{}', ?, '', ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, requests = excluded.requests WHERE revision <= excluded.revision`,
    )
    .run(tenant, documentId, revision, JSON.stringify(requests));
}
