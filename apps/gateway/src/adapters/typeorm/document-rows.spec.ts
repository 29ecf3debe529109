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

/** `second`: when it was made. */
function record(topic: string, second: number, body: { type: string } & Record<string, Json>): IncomingMessage {
  const time = `2026-11-21T10:00:0${second}.000Z`;
  const meta = { id: 'x', source: 'spec', time, owner: defaultOwner };
  const { key, headers, value } = encodeMessage({ topic, key: id, name: body.type }, { ...body, time }, meta);
  return { topic, key, headers, value, partition: 0, offset: 0, timestamp: 0 } as IncomingMessage;
}
const ingest = (second: number, letter: string) =>
  record(topics.documentRequests, second, {
    type: 'IngestDocument',
    ...shared,
    content: { key: 'k', ...content(letter) },
  });
const said = (status: string) => (second: number, letter: string) =>
  record(topics.documentEvents, second, { type: 'DocumentStatusChanged', ...shared, ...content(letter), status });
const parsing = said('parsing');
const indexed = said('indexed');
const askToDelete = (second: number) =>
  record(topics.documentRequests, second, { type: 'DeleteDocument', document_id: id });
const deleted = (second: number) => record(topics.documentEvents, second, { type: 'DocumentDeleted', document_id: id });

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

it('waits again when its content is new', async () => {
  expect(await statusAfter(ingest(1, 'a'), indexed(2, 'a'), ingest(3, 'b'))).toBe('queued b');
  expect(await statusAfter(ingest(1, 'a'), indexed(2, 'a'), ingest(3, 'a'))).toBe('indexed a');
});

it('is what its last event says, also when the requests are read after all events', async () => {
  expect(await statusAfter(indexed(2, 'a'), indexed(4, 'b'), ingest(1, 'a'), ingest(3, 'b'))).toBe('indexed b');
});

it('does not go back to a stage when its record comes again', async () => {
  const first = [ingest(1, 'a'), parsing(2, 'a'), indexed(3, 'a')];
  expect(await statusAfter(...first, parsing(2, 'a'))).toBe('indexed a');
  expect(await statusAfter(...first, ingest(4, 'b'), parsing(5, 'b'))).toBe('parsing b');
});

it('stays deleted, also when the requests are read after all events', async () => {
  expect(await statusAfter(indexed(2, 'a'), deleted(4), ingest(1, 'a'), askToDelete(3))).toBeUndefined();
});

it('is there again when it was added after its deletion, also when the requests are read after all events', async () => {
  const events = [indexed(2, 'a'), deleted(4), indexed(6, 'b')];
  expect(await statusAfter(...events, ingest(1, 'a'), askToDelete(3), ingest(5, 'b'))).toBe('indexed b');
});
