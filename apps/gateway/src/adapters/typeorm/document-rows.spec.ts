import { defaultOwner, encodeMessage, topics, type IncomingMessage, type Json } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { expect, it } from 'vitest';
import { documentStatements } from './document-rows.ts';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession } from './sql-session.ts';
import { TypeOrmReadModel } from './typeorm-read-model.ts';

const id = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const shared = { document_id: id, name: 'a.txt', collection: 'default', metadata: {} };
const content = (letter: string) => ({ sha256: letter.repeat(64), bytes: 1, media_type: 'text/plain' });

/** `offset`: of the record. `minute`: when it was made, by the clock of who made it. */
interface Made {
  readonly id: string;
  readonly offset?: number;
  readonly minute?: number;
  readonly cause?: string;
}

function record(topic: string, body: { type: string } & Record<string, Json>, made: Made): IncomingMessage {
  const { id: messageId, offset = 0, minute = 0, cause } = made;
  const time = `2026-11-21T10:${String(minute).padStart(2, '0')}:00.000Z`;
  const meta = { id: messageId, source: 'spec', time, owner: defaultOwner, ...(cause !== undefined && { cause }) };
  const { key, headers, value } = encodeMessage({ topic, key: id, name: body.type }, { ...body, time }, meta);
  return { topic, key, headers, value, partition: 0, offset, timestamp: 0 } as IncomingMessage;
}
/** As long as those of gateways. */
const requestId = (offset: number): string => String(offset).padStart(36, '0');
const ingest = (offset: number, letter: string, minute = offset) =>
  record(
    topics.documentRequests,
    { type: 'IngestDocument', ...shared, content: { key: 'k', ...content(letter) } },
    { id: requestId(offset), offset, minute },
  );
/** `of`: the offset of the request that it follows from. */
const said =
  (status: string) =>
  (of: number, letter: string, minute = of) =>
    record(
      topics.documentEvents,
      { type: 'DocumentStatusChanged', ...shared, ...content(letter), status },
      { id: `${requestId(of)}:${status}`, minute, cause: `${topics.documentRequests}/0/${of}` },
    );
const parsing = said('parsing');
const indexed = said('indexed');
const failed = said('failed');
const askToDelete = (offset: number) =>
  record(topics.documentRequests, { type: 'DeleteDocument', document_id: id }, { id: requestId(offset), offset });
const deleted = (of: number) =>
  record(
    topics.documentEvents,
    { type: 'DocumentDeleted', document_id: id },
    { id: `${requestId(of)}:deleted`, cause: `${topics.documentRequests}/0/${of}` },
  );

async function statusAfter(...records: readonly IncomingMessage[]): Promise<string | undefined> {
  const source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  try {
    await openSqliteSession(source).transact(records.flatMap((one) => documentStatements(one, 1)));
    const document = await new TypeOrmReadModel(source).findDocument('default', id);
    return document && `${document.status} ${document.sha256[0]}`;
  } finally {
    await source.destroy();
  }
}

it('waits again with each request, also when its content is the same', async () => {
  expect(await statusAfter(ingest(1, 'a'), indexed(1, 'a'), ingest(3, 'b'))).toBe('queued b');
  expect(await statusAfter(ingest(1, 'a'), failed(1, 'a'), ingest(3, 'a'))).toBe('queued a');
  expect(await statusAfter(ingest(1, 'a'), failed(1, 'a'), ingest(3, 'a'), indexed(3, 'a'))).toBe('indexed a');
});

it('is what its last event says, also when the requests are read after all events', async () => {
  expect(await statusAfter(indexed(1, 'a'), indexed(3, 'b'), ingest(1, 'a'), ingest(3, 'b'))).toBe('indexed b');
});

it('is what its last event says, also when the clock of the gateway is ahead of that of the indexer', async () => {
  const events = [indexed(1, 'a', 10), indexed(3, 'b', 12)];
  expect(await statusAfter(...events, ingest(1, 'a', 20), ingest(3, 'b', 22))).toBe('indexed b');
  expect(await statusAfter(ingest(1, 'a', 20), ingest(3, 'b', 22), ...events)).toBe('indexed b');
});

it('is not what a late event of an older upload says', async () => {
  expect(await statusAfter(ingest(1, 'a'), ingest(3, 'b'), indexed(3, 'b'), failed(1, 'a', 9))).toBe('indexed b');
  expect(await statusAfter(ingest(1, 'a'), ingest(3, 'b'), parsing(1, 'a', 9))).toBe('queued b');
});

it('does not go back to a stage when its record comes again', async () => {
  const first = [ingest(1, 'a'), parsing(1, 'a'), indexed(1, 'a')];
  expect(await statusAfter(...first, parsing(1, 'a', 9))).toBe('indexed a');
  expect(await statusAfter(...first, ingest(1, 'a', 9))).toBe('indexed a');
  expect(await statusAfter(...first, ingest(4, 'b'), parsing(4, 'b'))).toBe('parsing b');
});

/** As a producer writes it that has not heard the first answer. */
const copy = (of: IncomingMessage, offset: number): IncomingMessage => ({ ...of, offset });

it('does not wait for what follows from a copy of a request, for nothing does', async () => {
  const one = ingest(1, 'a');
  expect(await statusAfter(one, copy(one, 2), indexed(1, 'a'))).toBe('indexed a');
  expect(await statusAfter(one, indexed(1, 'a'), copy(one, 2))).toBe('indexed a');
  expect(await statusAfter(indexed(1, 'a'), one, copy(one, 2))).toBe('indexed a');
  const two = ingest(2, 'b');
  expect(await statusAfter(one, two, copy(one, 3), copy(two, 4), indexed(1, 'a'), indexed(2, 'b'))).toBe('indexed b');
});

it('is what follows from a copy, if that was handled in place of the first', async () => {
  const one = ingest(1, 'a');
  const ofCopy = { ...indexed(2, 'a'), headers: { ...indexed(2, 'a').headers, ce_id: `${requestId(1)}:indexed` } };
  expect(await statusAfter(one, copy(one, 2), ofCopy)).toBe('indexed a');
});

it('is indexed, whatever another indexer says that met the same request before and was frozen', async () => {
  expect(await statusAfter(ingest(1, 'a'), indexed(1, 'a'), failed(1, 'a'))).toBe('indexed a');
  expect(await statusAfter(ingest(1, 'a'), failed(1, 'a'), indexed(1, 'a'))).toBe('indexed a');
});

it('is what became of a copy that was handled again, whatever comes once more of the first', async () => {
  const one = ingest(1, 'a');
  const ofCopy = { ...indexed(2, 'a'), headers: { ...indexed(2, 'a').headers, ce_id: 'r1:indexed' } };
  expect(await statusAfter(one, failed(1, 'a'), copy(one, 2), ofCopy, failed(1, 'a'))).toBe('indexed a');
});

it('is what the indexer says to a copy, where the first was forgotten with a deletion', async () => {
  const one = ingest(1, 'a');
  const again = [one, indexed(1, 'a'), askToDelete(2), deleted(2), ingest(3, 'b'), indexed(3, 'b'), copy(one, 4)];
  const toCopy = indexed(4, 'b');
  expect(
    await statusAfter(...again, { ...toCopy, headers: { ...toCopy.headers, ce_id: `${requestId(1)}:indexed` } }),
  ).toBe('indexed b');
});

it('goes on from a row of before, which does not say what it follows from', async () => {
  const old = { ...indexed(1, 'a'), headers: { ...indexed(1, 'a').headers, cause: '', ce_id: '' } };
  expect(await statusAfter(old)).toBe('indexed a');
  expect(await statusAfter(old, parsing(3, 'b'))).toBe('parsing b');
  expect(await statusAfter(old, ingest(3, 'b'))).toBe('queued b');
  expect(await statusAfter(old, deleted(3))).toBeUndefined();
});

it('is shown as an event says that does not say what it follows from, also when it was deleted before', async () => {
  const old = { ...indexed(3, 'b'), headers: { ...indexed(3, 'b').headers, cause: '', ce_id: '' } };
  expect(await statusAfter(ingest(1, 'a'), indexed(1, 'a'), askToDelete(2), deleted(2), old)).toBe('indexed b');
});

it('is not taken back to waiting by the request that a row of before tells of, when that is read after it', async () => {
  const before = (of: IncomingMessage): IncomingMessage => ({
    ...of,
    headers: { ...of.headers, cause: '', ce_id: '' },
  });
  expect(await statusAfter(before(indexed(1, 'a')), ingest(1, 'a'))).toBe('indexed a');
  expect(await statusAfter(before(failed(1, 'a')), ingest(1, 'a'))).toBe('failed a');
  expect(await statusAfter(before(parsing(1, 'a')), ingest(1, 'a'))).toBe('queued a');
  expect(await statusAfter(before(failed(1, 'a')), ingest(3, 'a'))).toBe('queued a');
  expect(await statusAfter(before(indexed(1, 'a')), ingest(1, 'a'), ingest(3, 'b'), indexed(3, 'b'))).toBe('indexed b');
});

it('stays deleted, also when the requests are read after all events', async () => {
  expect(await statusAfter(indexed(1, 'a'), deleted(3), ingest(1, 'a'), askToDelete(3))).toBeUndefined();
});

it('is there again when it was added after its deletion, also when the requests are read after all events', async () => {
  const events = [indexed(1, 'a'), deleted(3), indexed(5, 'b')];
  const requests = [ingest(1, 'a'), askToDelete(3), ingest(5, 'b')];
  expect(await statusAfter(...events, ...requests)).toBe('indexed b');
  expect(await statusAfter(...requests, ...events)).toBe('indexed b');
  expect(await statusAfter(...requests, ...events, deleted(3))).toBe('indexed b');
});

/** What the indexer says to a copy of a request. */
const toCopy = (of: number, event: IncomingMessage): IncomingMessage => ({
  ...event,
  headers: { ...event.headers, ce_id: `${requestId(of)}:${event.headers['ce_id']!.split(':')[1]!}` },
});

it('is not what is said to a copy of an older request', async () => {
  const requests = [ingest(1, 'a'), ingest(2, 'b'), ingest(3, 'c')];
  const events = [indexed(1, 'a'), failed(2, 'b'), indexed(3, 'c')];
  const late = [copy(requests[1]!, 4), toCopy(2, failed(4, 'b'))];
  expect(await statusAfter(...requests, ...events, ...late)).toBe('indexed c');
  expect(await statusAfter(...events, late[1]!, ...requests, late[0]!)).toBe('indexed c');
  expect(await statusAfter(...requests.slice(0, 2), ...events.slice(0, 2), toCopy(1, indexed(4, 'a')))).toBe(
    'failed b',
  );
});

it('stays deleted when an event or a request of before comes again, in whatever order they are read', async () => {
  const [one, two] = [ingest(1, 'a'), askToDelete(2)];
  const gone = [one, indexed(1, 'a'), two, deleted(2)];
  expect(await statusAfter(...gone, indexed(1, 'a'))).toBeUndefined();
  expect(await statusAfter(...gone, copy(one, 3))).toBeUndefined();
  const said = [indexed(1, 'a'), deleted(2), toCopy(1, deleted(3))];
  expect(await statusAfter(...said, one, two, copy(one, 3))).toBeUndefined();
  expect(await statusAfter(one, two, indexed(1, 'a'))).toBeUndefined();
});

it('stays deleted when an indexer that was frozen says what became of an upload of before', async () => {
  const gone = [ingest(1, 'a'), parsing(1, 'a'), askToDelete(2), deleted(2)];
  expect(await statusAfter(...gone, failed(1, 'a'))).toBeUndefined();
});

it('stays deleted when something comes again of a request that was forgotten among many', async () => {
  const many = Array.from({ length: 12 }, (_, at) => ingest(at + 1, 'a'));
  expect(await statusAfter(...many, askToDelete(13), deleted(13), indexed(1, 'a'))).toBeUndefined();
});

it('is there when it was added again, whatever copies of its deletion come', async () => {
  const before = [ingest(1, 'a'), indexed(1, 'a'), askToDelete(2)];
  const again = [copy(askToDelete(2), 4), deleted(2), parsing(3, 'b')];
  expect(await statusAfter(...before, ingest(3, 'b'), ...again)).toBe('parsing b');
  expect(await statusAfter(ingest(1, 'a'), askToDelete(2), ingest(3, 'b'), ...again)).toBe('parsing b');
  expect(await statusAfter(...again.slice(1, 2), ingest(3, 'b'), again[0]!)).toBe('queued b');
});

it('is there when it was added again, though a deletion comes again that seven other requests have followed', async () => {
  const times = [1, 3, 5, 7].flatMap((n) => [ingest(n, 'a'), indexed(n, 'a'), askToDelete(n + 1), deleted(n + 1)]);
  expect(await statusAfter(...times, ingest(9, 'b'), copy(askToDelete(2), 10), indexed(9, 'b'))).toBe('indexed b');
});
