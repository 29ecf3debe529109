/**
 * Records about documents to SQL statements, one by one: there are few.
 * A request and the events that follow from it lie on two topics and may come in any order (in a rebuild: all events first). Their order is that of the
 * requests: a row says with its revision, the request's offset, of which one it tells, and an event names the request that it follows from. So the clocks of
 * gateways and indexers do not matter. A request makes a row wait unless something of it or of a later one is known, or it came before: nothing follows from
 * a copy. One to delete takes away what waits. What was deleted leaves behind of which request that was and which ones came before it, so that nothing
 * which is told of them later brings it back.
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
  return record.topic === topics.documentRequests ? ofRequest(record, place) : ofEvent(record, place);
}

function ofRequest(record: IncomingMessage, place: readonly SqlValue[]): Statement[] {
  const request = decodeMessage(record, DocumentRequest);
  const { document_id: id } = request;
  const revision = record.offset;
  const requestId = record.headers['ce_id'] ?? `${record.topic}/${record.partition}/${revision}`;
  if (request.type === 'DeleteDocument')
    return [
      { sql: deletionAsked, params: [id, revision, requestId, ...place] },
      { sql: deleteQueued, params: [id] },
    ];
  const { bytes, media_type, sha256 } = request.content;
  const about = aboutOf(request, ownerOf(record));
  const time = record.headers['ce_time'] ?? createdAt(id, '');
  const params = [...about, 'queued', bytes, media_type, sha256, null, null, revision, requestId];
  return [{ sql: requestRow, params: [...params, createdAt(id, time), time, ...place] }];
}

function ofEvent(record: IncomingMessage, place: readonly SqlValue[]): Statement[] {
  const event = decodeMessage(record, DocumentEvent);
  const { document_id: id, time } = event;
  const revision = revisionOf(record.headers['cause']);
  const requestId = requestOf(record.headers['ce_id'] ?? '');
  if (event.type === 'DocumentDeleted')
    return [
      { sql: deletionDone, params: [id, revision, requestId, ...place] },
      { sql: deleteRow, params: [id, revision, ...place] },
    ];
  const { status, bytes, media_type, sha256, chunks = null, error } = event;
  const why = error ? JSON.stringify(error) : null;
  const params = [...aboutOf(event, ownerOf(record)), status, bytes, media_type, sha256, chunks, why, revision];
  return [{ sql: eventRow, params: [...params, requestId, createdAt(id, time), time, ...place] }];
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
/** Whether it follows from a request that came before the last deletion, or from a copy of one. */
const isOver = `EXISTS (SELECT 1 FROM deleted_documents d WHERE d.document_id = told.document_id
  AND (told.revision BETWEEN 0 AND d.revision OR told.request <> '' AND d.requests LIKE '%' || told.request || '%'))`;
/** What a record tells. PostgreSQL takes a parameter of a SELECT for text. */
const insert = `INSERT INTO documents (document_id, tenant, name, collection, metadata, status, bytes, media_type, sha256, chunks, error, revision, requests, created_at, updated_at)
SELECT * FROM (SELECT ? AS document_id, ? AS tenant, ? AS name, ? AS collection, ? AS metadata, ? AS status, CAST(? AS integer) AS bytes, ? AS media_type, ? AS sha256,
  CAST(? AS integer) AS chunks, ? AS error, CAST(? AS double precision) AS revision, CAST(? AS text) AS request, ? AS created_at, ? AS updated_at) told
WHERE ${isLatest} AND NOT ${isOver} ON CONFLICT (document_id) DO UPDATE SET
  name = excluded.name, collection = excluded.collection, metadata = excluded.metadata, status = excluded.status, bytes = excluded.bytes, media_type = excluded.media_type,
  sha256 = excluded.sha256, chunks = excluded.chunks, error = excluded.error, updated_at = excluded.updated_at,
  revision = CASE WHEN documents.revision < excluded.revision THEN excluded.revision ELSE documents.revision END,
  requests = CASE WHEN documents.requests LIKE excluded.requests || '%' THEN documents.requests ELSE substr(excluded.requests || ' ' || documents.requests, 1, ${requestsChars}) END
WHERE`;
const isNewer = `documents.revision < excluded.revision AND documents.requests NOT LIKE '%' || excluded.requests || '%'`;
/** A row of a version that did not write revisions, that tells of the end of just this request or of the same bytes later: by the clocks, as there is nothing else. */
const isToldAlready = `(documents.revision < 0 AND documents.status IN ('indexed', 'failed') AND documents.sha256 = excluded.sha256 AND documents.updated_at >= excluded.updated_at)`;
const requestRow = `${insert} ${isNewer} AND NOT ${isToldAlready}`;
/** A stage on the way may come again after the end, and a failure after the success of another indexer: the request was handled twice. Of one that came twice the later one counts. */
const isOnItsWay = `(documents.revision <= excluded.revision AND (excluded.status NOT IN ('parsing', 'embedding') OR documents.status NOT IN ('indexed', 'failed'))
  AND NOT (excluded.status = 'failed' AND documents.status = 'indexed' AND documents.revision = excluded.revision))`;
const eventRow = `${insert} CASE WHEN documents.requests LIKE excluded.requests || '%' THEN ${isOnItsWay} ELSE ${isNewer} END`;
/** A deletion that was asked for is remembered at once, so that a copy of the request takes away nothing that came since; it is over for what is not there, or waits. */
const isGone = `(documents.document_id IS NULL OR documents.status = 'queued' AND documents.revision <= told.revision)`;
const told = `FROM (SELECT ? AS document_id, CAST(? AS double precision) AS revision, CAST(? AS text) AS request) told
LEFT JOIN documents ON documents.document_id = told.document_id WHERE ${isLatest}`;
const upToIt = `CASE WHEN documents.revision <= told.revision THEN documents.requests || ' ' ELSE '' END`;
const remember = `INSERT INTO deleted_documents (document_id, revision, requests) SELECT told.document_id,`;
const deletionAsked = `${remember} CASE WHEN ${isGone} THEN told.revision ELSE ${beforeAllRequests} END, told.request || ' ' || CASE WHEN ${isGone} THEN ${upToIt} ELSE '' END
${told} AND NOT ${isOver} ON CONFLICT (document_id) DO UPDATE SET
  revision = CASE WHEN deleted_documents.revision < excluded.revision THEN excluded.revision ELSE deleted_documents.revision END,
  requests = substr(excluded.requests || deleted_documents.requests, 1, ${requestsChars})`;
/** Without this one, which is there since it was asked for: it would take the place of another. */
const earlier = `COALESCE((SELECT replace(d.requests, told.request || ' ', '') FROM deleted_documents d WHERE d.document_id = told.document_id), '')`;
const deletionDone = `${remember} told.revision, substr(told.request || ' ' || ${upToIt} || ${earlier}, 1, ${requestsChars}) ${told} AND told.revision >= 0
ON CONFLICT (document_id) DO UPDATE SET revision = excluded.revision, requests = excluded.requests
WHERE deleted_documents.revision < excluded.revision`;
const deleteRow = `DELETE FROM documents WHERE document_id = ? AND revision <= CAST(? AS double precision) AND ${isLatest}`;
const deleteQueued = `DELETE FROM documents WHERE document_id = ? AND status = 'queued'
AND revision <= (SELECT d.revision FROM deleted_documents d WHERE d.document_id = documents.document_id)`;
