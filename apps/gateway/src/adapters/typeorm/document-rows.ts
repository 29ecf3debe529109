/**
 * Records about documents to SQL statements, one by one: there are few.
 * A request and the events that follow from it lie on two topics and may come in any order (in a rebuild: all events first). Their order is that of the
 * requests: a row says with its revision, the request's offset, of which one it tells, and an event names the request that it follows from. So the clocks of
 * gateways and indexers do not matter. A request makes a row wait unless something of it or of a later one is known; one to delete takes away what waits.
 * Promise: what a gateway that was replaced writes late changes nothing once another one has stored a later position: it would bring back what was deleted.
 * The positions have to be written first in the transaction, as their rows keep the other one waiting; PostgreSQL's session does that.
 */
import {
  decodeMessage,
  DocumentEvent,
  DocumentRequest,
  ownerOf,
  topics,
  type IncomingMessage,
} from '@waybill/contracts';
import { isUuid7, madeAt } from '../../domain/task-id.ts';
import type { SqlValue, Statement } from './sql-statement.ts';

/** `next`: where the record's batch ends on its partition. */
export function documentStatements(record: IncomingMessage, next: number): Statement[] {
  const { tenant } = ownerOf(record);
  const place: SqlValue[] = [record.topic, record.partition, next];
  if (record.topic === topics.documentRequests) {
    const request = decodeMessage(record, DocumentRequest);
    const revision = record.offset;
    if (request.type === 'DeleteDocument')
      return [{ sql: deleteQueued, params: [request.document_id, revision, ...place] }];
    const { document_id: id, name, collection, metadata, content } = request;
    const time = record.headers['ce_time'] ?? createdAt(id, '');
    const params = [
      id,
      tenant,
      name,
      collection,
      JSON.stringify(metadata),
      'queued',
      content.bytes,
      content.media_type,
      content.sha256,
    ];
    return [{ sql: requestRow, params: [...params, null, null, revision, createdAt(id, time), time, ...place] }];
  }
  const event = decodeMessage(record, DocumentEvent);
  const revision = revisionOf(record.headers['cause']);
  if (event.type === 'DocumentDeleted') return [{ sql: deleteRow, params: [event.document_id, revision, ...place] }];
  const params: SqlValue[] = [
    event.document_id,
    tenant,
    event.name,
    event.collection,
    JSON.stringify(event.metadata),
    event.status,
  ];
  params.push(
    event.bytes,
    event.media_type,
    event.sha256,
    event.chunks ?? null,
    event.error ? JSON.stringify(event.error) : null,
    revision,
  );
  return [{ sql: eventRow, params: [...params, createdAt(event.document_id, event.time), event.time, ...place] }];
}

const createdAt = (id: string, otherwise: string): string =>
  isUuid7(id) ? new Date(madeAt(id)).toISOString() : otherwise;

/** Of an event that does not say what it follows from: it tells of no request that is known. */
const beforeAllRequests = -1;

/** `cause`: `document.requests/partition/offset`. */
function revisionOf(cause: string | undefined): number {
  const [, topic, offset] = /^([^/]+)\/\d+\/(\d+)$/.exec(cause ?? '') ?? [];
  return topic === topics.documentRequests ? Number(offset) : beforeAllRequests;
}

const isLatest = `NOT EXISTS (SELECT 1 FROM projection_offsets WHERE topic = ? AND partition_number = ? AND next_offset > ?)`;
/** PostgreSQL takes a parameter of a SELECT for text. */
const insert = `INSERT INTO documents (document_id, tenant, name, collection, metadata, status, bytes, media_type, sha256, chunks, error, revision, created_at, updated_at)
SELECT ?, ?, ?, ?, ?, ?, CAST(? AS integer), ?, ?, CAST(? AS integer), ?, CAST(? AS double precision), ?, ? WHERE ${isLatest} ON CONFLICT (document_id) DO UPDATE SET
  name = excluded.name, collection = excluded.collection, metadata = excluded.metadata, status = excluded.status, bytes = excluded.bytes, media_type = excluded.media_type,
  sha256 = excluded.sha256, chunks = excluded.chunks, error = excluded.error, revision = excluded.revision, updated_at = excluded.updated_at
WHERE documents.revision < excluded.revision`;
const requestRow = insert;
/** A stage on the way may come again after the end: its request was handled twice. */
const eventRow = `${insert} OR (documents.revision = excluded.revision AND (excluded.status NOT IN ('parsing', 'embedding') OR documents.status NOT IN ('indexed', 'failed')))`;
const deleteRow = `DELETE FROM documents WHERE document_id = ? AND revision <= CAST(? AS double precision) AND ${isLatest}`;
const deleteQueued = `${deleteRow} AND status = 'queued'`;
