/**
 * Records about documents to SQL statements, one by one: there are few.
 * A request and the events that follow from it lie on two topics and may come in any order (in a rebuild: all events first). Their order is that of the
 * requests: a row says with its revision, the request's offset, of which one it tells, and an event names the request that it follows from. So the clocks of
 * gateways and indexers do not matter. A request makes a row wait unless something of it or of a later one is known, or it came before: nothing follows from
 * a copy. One to delete takes away what waits.
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
  type JsonObject,
  type WhoseData,
} from '@waybill/contracts';
import { isUuid7, madeAt } from '../../domain/task-id.ts';
import type { SqlValue, Statement } from './sql-statement.ts';

/** `next`: where the record's batch ends on its partition. */
export function documentStatements(record: IncomingMessage, next: number): Statement[] {
  const place: SqlValue[] = [record.topic, record.partition, next];
  return [record.topic === topics.documentRequests ? ofRequest(record, place) : ofEvent(record, place)];
}

function ofRequest(record: IncomingMessage, place: readonly SqlValue[]): Statement {
  const request = decodeMessage(record, DocumentRequest);
  const { document_id: id } = request;
  const revision = record.offset;
  if (request.type === 'DeleteDocument') return { sql: deleteQueued, params: [id, revision, ...place] };
  const { bytes, media_type, sha256 } = request.content;
  const about = aboutOf(request, ownerOf(record));
  const requestId = record.headers['ce_id'] ?? `${record.topic}/${record.partition}/${revision}`;
  const time = record.headers['ce_time'] ?? createdAt(id, '');
  const params = [...about, 'queued', bytes, media_type, sha256, null, null, revision, requestId];
  return { sql: requestRow, params: [...params, createdAt(id, time), time, ...place] };
}

function ofEvent(record: IncomingMessage, place: readonly SqlValue[]): Statement {
  const event = decodeMessage(record, DocumentEvent);
  const revision = revisionOf(record.headers['cause']);
  if (event.type === 'DocumentDeleted') return { sql: deleteRow, params: [event.document_id, revision, ...place] };
  const { document_id: id, status, bytes, media_type, sha256, chunks = null, error, time } = event;
  const why = error ? JSON.stringify(error) : null;
  const requestId = requestOf(record.headers['ce_id'] ?? '');
  const params = [...aboutOf(event, ownerOf(record)), status, bytes, media_type, sha256, chunks, why, revision];
  return { sql: eventRow, params: [...params, requestId, createdAt(id, time), time, ...place] };
}

interface Described {
  readonly document_id: string;
  readonly name: string;
  readonly collection: string;
  readonly metadata: JsonObject;
}
const aboutOf = ({ document_id: id, name, collection, metadata }: Described, { tenant }: WhoseData): SqlValue[] => [
  id,
  tenant,
  name,
  collection,
  JSON.stringify(metadata),
];

const createdAt = (id: string, otherwise: string): string =>
  isUuid7(id) ? new Date(madeAt(id)).toISOString() : otherwise;

/** Of an event that does not say what it follows from: it tells of no request that is known. */
const beforeAllRequests = -1;

/** `cause`: `document.requests/partition/offset`. */
function revisionOf(cause: string | undefined): number {
  const [, topic, offset] = /^([^/]+)\/\d+\/(\d+)$/.exec(cause ?? '') ?? [];
  return topic === topics.documentRequests ? Number(offset) : beforeAllRequests;
}

/** An event is named after its request and what became of that. */
const requestOf = (eventId: string): string => eventId.slice(0, Math.max(0, eventId.lastIndexOf(':')));
/** Of the ids of requests that are remembered: the last eight. */
const requestsChars = 8 * 37;

const isLatest = `NOT EXISTS (SELECT 1 FROM projection_offsets WHERE topic = ? AND partition_number = ? AND next_offset > ?)`;
/** PostgreSQL takes a parameter of a SELECT for text. */
const insert = `INSERT INTO documents (document_id, tenant, name, collection, metadata, status, bytes, media_type, sha256, chunks, error, revision, requests, created_at, updated_at)
SELECT ?, ?, ?, ?, ?, ?, CAST(? AS integer), ?, ?, CAST(? AS integer), ?, CAST(? AS double precision), CAST(? AS text), ?, ? WHERE ${isLatest} ON CONFLICT (document_id) DO UPDATE SET
  name = excluded.name, collection = excluded.collection, metadata = excluded.metadata, status = excluded.status, bytes = excluded.bytes, media_type = excluded.media_type,
  sha256 = excluded.sha256, chunks = excluded.chunks, error = excluded.error, updated_at = excluded.updated_at,
  revision = CASE WHEN documents.revision < excluded.revision THEN excluded.revision ELSE documents.revision END,
  requests = CASE WHEN documents.requests LIKE excluded.requests || '%' THEN documents.requests ELSE substr(excluded.requests || ' ' || documents.requests, 1, ${requestsChars}) END
WHERE`;
/** A row of a version that did not write revisions, that tells of the end of just this request or of the same bytes later: by the clocks, as there is nothing else. */
const isToldAlready = `(documents.revision < 0 AND documents.status IN ('indexed', 'failed') AND documents.sha256 = excluded.sha256 AND documents.updated_at >= excluded.updated_at)`;
const requestRow = `${insert} documents.revision < excluded.revision AND documents.requests NOT LIKE '%' || excluded.requests || '%' AND NOT ${isToldAlready}`;
/** A stage on the way may come again after the end: its request was handled twice. */
const isOnItsWay = `(excluded.status NOT IN ('parsing', 'embedding') OR documents.status NOT IN ('indexed', 'failed'))`;
const eventRow = `${insert} CASE WHEN documents.requests LIKE excluded.requests || '%' THEN ${isOnItsWay} ELSE documents.revision < excluded.revision END`;
const deleteRow = `DELETE FROM documents WHERE document_id = ? AND revision <= CAST(? AS double precision) AND ${isLatest}`;
const deleteQueued = `${deleteRow} AND status = 'queued'`;
