import {
  defaultOwner,
  DocumentPage,
  DocumentView,
  encodeMessage,
  topics,
  type DocumentEvent,
  type IngestDocument,
  type MessageMeta,
} from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
});
afterAll(() => gateway.close());

const meta = { id: 'x', source: 'indexer', time: '2026-11-21T10:00:00.000Z', owner: defaultOwner };
const add = (body: object, headers: Record<string, string> = {}) =>
  gateway.call('POST', '/v1/documents', body, headers);
const view = async (id: string) => DocumentView.parse((await gateway.call('GET', `/v1/documents/${id}`)).json);
const requests = () =>
  log.recordsOf(topics.documentRequests).map((record) => JSON.parse(String(record.value)) as IngestDocument);
/** The bytes that the last command about it names. */
function storedFor(id: string): Buffer {
  const { content } = requests().findLast((request) => request.document_id === id)!;
  return Buffer.from(gateway.objects.objects.get(content.key)!.bytes);
}
/** Of what follows from the last request about it. */
function after(id: string): MessageMeta {
  const { topic, partition, offset } = log.recordsOf(topics.documentRequests).findLast(({ key }) => key === id)!;
  return { ...meta, cause: `${topic}/${partition}/${offset}` };
}
async function tell(id: string, change: Partial<DocumentEvent>): Promise<void> {
  const { name, collection, metadata, content } = requests().findLast((request) => request.document_id === id)!;
  const { bytes, media_type, sha256 } = content;
  const event = {
    type: 'DocumentStatusChanged',
    time: meta.time,
    document_id: id,
    name,
    collection,
    metadata,
    bytes,
    media_type,
    sha256,
    status: 'indexed',
    ...change,
  };
  await log.append([encodeMessage({ topic: topics.documentEvents, key: id, name: event.type }, event, after(id))]);
}

describe('a document', () => {
  it('is stored before it is asked to be indexed, and shows how far that is', async () => {
    const answer = await add({ name: 'a.md', text: '# Ä', collection: 'notes', metadata: { team: 'x' } });
    const id = answer.json.document_id as string;
    expect([answer.status, answer.json.status, answer.headers['location']]).toEqual([
      202,
      'queued',
      `/v1/documents/${id}`,
    ]);
    expect(storedFor(id).toString()).toBe('# Ä');
    expect(await view(id)).toMatchObject({
      status: 'queued',
      name: 'a.md',
      media_type: 'text/markdown',
      bytes: 4,
      chunks: null,
    });
    await tell(id, { status: 'failed', error: { class: 'invalid', code: 'unreadable_document', detail: 'No.' } });
    expect(await view(id)).toMatchObject({ status: 'failed', error: { code: 'unreadable_document' } });
    await tell(id, { status: 'indexed', chunks: 2 });
    expect(await view(id)).toMatchObject({ status: 'indexed', chunks: 2, metadata: { team: 'x' } });
  });

  it('of the same name and collection is replaced and keeps its id', async () => {
    const first = await add({ name: 'b.txt', text: 'one' });
    await tell(first.json.document_id, { status: 'indexed' });
    const second = await add({ name: 'b.txt', text: 'two' });
    expect(second.json.document_id).toBe(first.json.document_id);
    expect(await view(first.json.document_id)).toMatchObject({ status: 'queued', bytes: 3 });
    expect((await add({ name: 'b.txt', text: 'two', collection: 'other' })).json.document_id).not.toBe(
      first.json.document_id,
    );
  });

  it('may come as base64 or as a file', async () => {
    const encoded = await add({
      name: 'c.bin',
      base64: Buffer.from([0, 1, 255]).toString('base64'),
      media_type: 'application/x-thing',
    });
    expect([...storedFor(encoded.json.document_id)]).toEqual([0, 1, 255]);
    expect(await view(encoded.json.document_id)).toMatchObject({ media_type: 'application/x-thing' });
    const form = new FormData();
    form.set('metadata', '{"team":"y"}');
    form.set('collection', 'files');
    form.set('file', new Blob(['<p>hello']), 'page.html');
    const response = await fetch(`${gateway.gateway.address}/v1/documents`, { method: 'POST', body: form });
    const { document_id: id } = (await response.json()) as { document_id: string };
    expect(await view(id)).toMatchObject({
      name: 'page.html',
      media_type: 'text/html',
      collection: 'files',
      metadata: { team: 'y' },
      bytes: 8,
    });
  });

  it.each([
    ['no file', [['name', 'a']], '/file'],
    [
      'an unknown field',
      [
        ['file', '@'],
        ['nam', 'a'],
      ],
      '/nam',
    ],
    [
      'metadata that is a list',
      [
        ['file', '@'],
        ['metadata', '[]'],
      ],
      '/metadata',
    ],
    [
      'metadata that is no JSON',
      [
        ['file', '@'],
        ['metadata', '{'],
      ],
      undefined,
    ],
    [
      'a bad collection',
      [
        ['file', '@'],
        ['collection', '/'],
      ],
      '/collection',
    ],
    ['a file in another field', [['upload', '@']], '/upload'],
    [
      'a name that is too long',
      [
        ['file', '@'],
        ['name', 'x'.repeat(513)],
      ],
      '/name',
    ],
    [
      'a NUL in a name',
      [
        ['file', '@'],
        ['name', 'a\0'],
      ],
      '/name',
    ],
  ])('as a form is refused with %s', async (_what, fields, pointer) => {
    const form = new FormData();
    for (const [name, value] of fields) form.set(name!, value === '@' ? new Blob(['x']) : value!);
    const before = requests().length;
    const response = await fetch(`${gateway.gateway.address}/v1/documents`, { method: 'POST', body: form });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject(pointer === undefined ? {} : { pointer });
    expect(requests()).toHaveLength(before);
  });

  it('of one idempotency key is one document', async () => {
    const first = await add({ name: 'k.txt', text: 'one' }, { 'idempotency-key': 'd1' });
    const again = await add({ name: 'k.txt', text: 'one' }, { 'idempotency-key': 'd1' });
    expect([again.json, again.headers['idempotency-replayed']]).toEqual([first.json, 'true']);
    expect((await add({ name: 'k.txt', text: 'two' }, { 'idempotency-key': 'd1' })).status).toBe(422);
  });

  it('is not brought back by a request that comes again', async () => {
    const keyed = (key: string, text: string) => add({ name: 'r.txt', text }, { 'idempotency-key': key });
    const first = await keyed('r1', 'one');
    await keyed('r2', 'newer');
    const sent = requests().length;
    const again = await keyed('r1', 'one');
    expect([again.json, again.headers['idempotency-replayed']]).toEqual([first.json, 'true']);
    expect(requests()).toHaveLength(sent);
    expect(await view(first.json.document_id)).toMatchObject({ bytes: 5 });
  });

  it('of one key is the same however it is written, and another when its kind is', async () => {
    const body = { name: 'm.txt', text: 'one', metadata: { a: '1', b: '2' } };
    await add(body, { 'idempotency-key': 'm1' });
    const same = await add({ ...body, metadata: { b: '2', a: '1' } }, { 'idempotency-key': 'm1' });
    const other = await add({ ...body, media_type: 'text/html' }, { 'idempotency-key': 'm1' });
    expect([same.status, other.status]).toEqual([202, 422]);
  });

  it('of one name is one document, also when it is sent many times at once', async () => {
    const stored = Promise.withResolvers<void>();
    const put = vi.spyOn(gateway.objects, 'put').mockReturnValue(stored.promise);
    const answers = ['a', 'b', 'c'].map((text) => add({ name: 'at-once.txt', text }));
    await vi.waitFor(() => expect(put).toHaveBeenCalled());
    await gateway.call('GET', '/v1/documents');
    put.mockRestore();
    stored.resolve();
    expect(new Set((await Promise.all(answers)).map(({ json }) => json.document_id)).size).toBe(1);
  });

  it('is deleted', async () => {
    const id = (await add({ name: 'gone.txt', text: 'x' })).json.document_id as string;
    expect((await gateway.call('DELETE', `/v1/documents/${id}`)).status).toBe(202);
    await log.append([
      encodeMessage(
        { topic: topics.documentEvents, key: id, name: 'DocumentDeleted' },
        { type: 'DocumentDeleted', time: meta.time, document_id: id },
        after(id),
      ),
    ]);
    expect((await gateway.call('GET', `/v1/documents/${id}`)).json.code).toBe('document_not_found');
    expect((await gateway.call('DELETE', `/v1/documents/${id}`)).status).toBe(404);
  });

  it('is listed by collection and status, newest first', async () => {
    const ids: string[] = [];
    for (const name of ['1', '2', '3'])
      ids.unshift((await add({ name, text: name, collection: 'list' })).json.document_id as string);
    await tell(ids[2]!, { status: 'indexed' });
    const list = async (query: string) =>
      DocumentPage.parse((await gateway.call('GET', `/v1/documents?collection=list${query}`)).json);
    expect((await list('')).items.map((item) => item.document_id)).toEqual(ids);
    const page = await list('&limit=2');
    expect([page.total, page.items.length]).toEqual([3, 2]);
    expect((await list(`&cursor=${encodeURIComponent(page.next!)}`)).items.map((item) => item.document_id)).toEqual([
      ids[2],
    ]);
    expect((await list('&status=indexed,failed')).total).toBe(1);
  });

  it('may be told of before it was asked for', async () => {
    await log.append([{ topic: topics.documentEvents, key: 'x', headers: {}, value: 'nonsense' }]);
    expect((await gateway.call('GET', '/v1/documents?limit=1')).status).toBe(200);
  });
});
