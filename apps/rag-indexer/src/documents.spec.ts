import 'reflect-metadata';
import { defaultOwner, encodeMessage, PlatformError, topics } from '@waybill/contracts';
import { hashingEmbedder } from '@waybill/knowledge';
import type { ObjectStore } from '@waybill/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexerFixture, trace, whales } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

describe('ingesting a document', () => {
  it('says every stage and makes it findable', async () => {
    await t.start();
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.untilSaid('d1', 'indexed');
    expect(t.said('d1')).toEqual(['parsing', 'embedding', 'indexed']);
    expect(t.facts('d1').at(-1)).toMatchObject({
      name: 'd1.md',
      collection: 'default',
      chunks: 1,
      bytes: whales.length,
      media_type: 'text/markdown',
      time: '2026-05-04T10:00:00.000Z',
    });
    const { hits } = (await t.ask({ query: 'What do whales eat?' })).observation!;
    expect(hits).toEqual([
      {
        document_id: 'd1',
        name: 'd1.md',
        text: 'Blue whales eat krill and sing for hours.',
        score: expect.any(Number),
        place: 'Whales, line 3',
      },
    ]);
  });

  it('hands on the trace, the owner and the cause', async () => {
    await t.start();
    await t.ingest('d1', {
      content: await t.stored('d1', whales),
      owner: { tenant: 'acme', subject: 'ann' },
      requestId: 'req',
    });
    await t.untilSaid('d1', 'indexed');
    const { headers } = t.seen.at(-1)!;
    expect(headers).toMatchObject({
      ce_id: 'req:indexed',
      ce_source: 'rag-indexer',
      ce_subject: 'd1',
      tenant: 'acme',
      subject: 'ann',
    });
    expect(headers['cause']).toMatch(/^document\.requests\/\d+\/0$/);
    expect(headers['traceparent']).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
    expect(headers['traceparent']).not.toBe(trace);
    expect(await t.found('whales krill')).toEqual([]);
    expect((await t.ask({ query: 'whales krill' }, { tenant: 'acme', subject: 'bob' })).observation!.hits).toHaveLength(
      1,
    );
  });

  it('lets a broken document fail alone, with the reason', async () => {
    await t.start();
    await t.ingest('pdf', { content: await t.stored('pdf', '%PDF-1.7 ...') });
    await t.ingest('nul', { content: await t.stored('nul', 'a\0b') });
    await t.ingest('gone', { content: { ...(await t.stored('x', 'x')), key: 'documents/gone/original' } });
    await t.ingest('swapped', { content: { ...(await t.stored('swapped', 'one')), sha256: 'f'.repeat(64) } });
    await t.ingest('empty', { content: await t.stored('empty', '   \n') });
    await t.ingest('good', { content: await t.stored('good', whales) });
    for (const id of ['pdf', 'nul', 'gone', 'swapped', 'empty']) await t.untilSaid(id, 'failed');
    await t.untilSaid('good', 'indexed');
    const codes = ['pdf', 'nul', 'gone', 'swapped', 'empty'].map((id) => {
      const fact = t.facts(id).at(-1)!;
      return fact.type === 'DocumentStatusChanged' && fact.error?.code;
    });
    expect(codes).toEqual([
      'unsupported_document',
      'unreadable_document',
      'not_found',
      'unreadable_document',
      'unreadable_document',
    ]);
    expect(await t.found('whales krill')).toEqual(['good.md']);
  });

  it('repeats only the last fact for the same content, and reads all again for another name', async () => {
    let embedded = 0;
    await t.start({
      embedder: { ...hashingEmbedder, embed: (texts) => ((embedded += texts.length), hashingEmbedder.embed(texts)) },
    });
    const content = await t.stored('d1', whales);
    await t.ingest('d1', { content });
    await t.ingest('d1', { content });
    await t.untilSaid('d1', 'indexed', 2);
    expect(t.said('d1')).toEqual(['parsing', 'embedding', 'indexed', 'indexed']);
    expect(embedded).toBe(1);
    await t.ingest('d1', { content, name: 'renamed.md' });
    await t.untilSaid('d1', 'indexed', 3);
    expect(await t.found('whales krill')).toEqual(['renamed.md']);
  });

  it('keeps the order of a document: the last one wins', async () => {
    await t.start();
    for (let n = 0; n < 8; n += 1) {
      const text = `Version number${String(n)} of the text about whales.`;
      await t.ingest('d1', { content: await t.stored('d1', text, `documents/d1/${String(n)}`) });
    }
    await t.untilSaid('d1', 'indexed', 8);
    const { hits } = (await t.ask({ query: 'whales' })).observation!;
    expect(hits.map(({ text }) => text)).toEqual(['Version number7 of the text about whales.']);
  });

  it('says nothing about a request that a newer one has overtaken', async () => {
    await t.start();
    await t.index.replace({
      tenant: 'default',
      documentId: 'd1',
      name: 'new.md',
      collection: 'default',
      metadata: {},
      revision: 99,
      fingerprint: 'f',
      passages: [],
    });
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.remove('d1');
    await t.ingest('d2', { content: await t.stored('d2', whales) });
    await t.untilSaid('d2', 'indexed');
    await t.stop();
    expect(t.said('d1')).toEqual([]);
    expect(await t.index.state('default', 'd1')).toMatchObject({ revision: 99 });
  });

  it('tries again what may pass, with the same facts', async () => {
    let failures = 2;
    const shaky: ObjectStore = {
      put: (key, object) => t.objects.put(key, object),
      delete: (key) => t.objects.delete(key),
      list: (prefix) => t.objects.list(prefix),
      get: (key) => ((failures -= 1) >= 0 ? Promise.reject(new PlatformError('unavailable')) : t.objects.get(key)),
    };
    await t.start({ objects: shaky });
    await t.ingest('d1', { content: await t.stored('d1', whales), requestId: 'req' });
    await t.untilSaid('d1', 'indexed');
    expect(t.said('d1')).toEqual(['parsing', 'parsing', 'parsing', 'embedding', 'indexed']);
    expect(new Set(t.seen.map(({ headers }) => headers['ce_id']))).toEqual(
      new Set(['req:parsing', 'req:embedding', 'req:indexed']),
    );
  });

  it('waits for a store that is away for long, as an accepted deletion must not be lost', async () => {
    let failures = 50;
    const away: ObjectStore = {
      put: (key, object) => t.objects.put(key, object),
      delete: (key) => t.objects.delete(key),
      get: (key) => t.objects.get(key),
      list: (prefix) =>
        (failures -= 1) >= 0 ? Promise.reject(new PlatformError('unavailable')) : t.objects.list(prefix),
    };
    await t.start({ objects: away });
    await t.remove('d1');
    await t.untilSaid('d1', 'deleted');
    expect(failures).toBe(-1);
  });

  it('says failed at last about a document that kills every attempt, and dead-letters what cannot be read', async () => {
    const embed = (): Promise<Float32Array[]> => Promise.reject(new Error('the embedder broke'));
    await t.start({ embedder: { ...hashingEmbedder, embed } });
    await t.log.append([
      encodeMessage(
        { topic: topics.documentRequests, key: 'odd', name: 'IngestDocument' },
        { type: 'Nonsense' },
        { id: 'odd', source: 'x', time: '', owner: defaultOwner },
      ),
    ]);
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.untilSaid('d1', 'failed');
    expect(t.facts('d1').at(-1)).toMatchObject({
      error: { class: 'bug', code: 'internal', detail: 'the embedder broke' },
    });
    expect(t.said('odd')).toEqual([]);
    await t.until(() => t.seen.filter(({ topic }) => topic.endsWith('.dlq')).length === 2);
  });
});

describe('deleting a document', () => {
  it('removes passages and objects, and says so each time', async () => {
    await t.start();
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.objects.put('documents/d11/original', { bytes: new Uint8Array(), mediaType: 'x/y' });
    await t.remove('d1');
    await t.remove('d1');
    await t.untilSaid('d1', 'deleted', 2);
    expect(await t.found('whales krill')).toEqual([]);
    expect(await t.objects.list('documents/')).toEqual(['documents/d11/original']);
  });
});
