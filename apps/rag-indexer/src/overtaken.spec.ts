/** An indexer that was frozen while another one went on with its partition, and a document that is added again while its deletion waits. */
import 'reflect-metadata';
import { originalKey } from '@waybill/contracts';
import { hashingEmbedder } from '@waybill/knowledge';
import type { ObjectStore } from '@waybill/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexerFixture, now, whales } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

const later = 99;
const vector = new Float32Array(hashingEmbedder.dimensions).fill(1);
/** As the other indexer leaves it. */
const addedAgain = () =>
  t.index.replace({
    tenant: 'default',
    documentId: 'd1',
    revision: later,
    name: 'd1.md',
    collection: 'default',
    metadata: {},
    fingerprint: '["",""]',
    passages: [{ ordinal: 0, text: 'new', place: 'line 1', vector }],
  });

it('does not say of a document that it is indexed when it was deleted meanwhile, but that it is deleted', async () => {
  const embed = async (texts: readonly string[]): Promise<Float32Array[]> => {
    await t.index.remove('default', 'd1', later);
    return texts.map(() => vector);
  };
  await t.start({ embedder: { ...hashingEmbedder, embed } });
  await t.ingest('d1', { content: await t.stored('d1', whales) });
  await t.untilSaid('d1', 'deleted');
  expect(t.said('d1')).toEqual(['parsing', 'embedding', 'deleted']);
});

it('does not say of a document that it failed when it was deleted meanwhile, with its bytes', async () => {
  const objects: ObjectStore = {
    put: (key, object) => t.objects.put(key, object),
    list: (prefix) => t.objects.list(prefix),
    delete: (key) => t.objects.delete(key),
    get: async (key) => {
      await t.index.remove('default', 'd1', later);
      await t.objects.delete(key);
      return t.objects.get(key);
    },
  };
  await t.start({ objects });
  await t.ingest('d1', { content: await t.stored('d1', whales) });
  await t.untilSaid('d1', 'deleted');
  expect(t.said('d1')).toEqual(['parsing', 'deleted']);
});

it('does not say of a document that it is indexed to the copy of an old request either', async () => {
  await t.start();
  await t.ingest('d1', { content: await t.stored('d1', 'old', 'documents/d1/1'), requestId: 'older' });
  const content = await t.stored('d1', whales, 'documents/d1/2');
  await t.ingest('d1', { content });
  await t.untilSaid('d1', 'indexed', 2);
  await t.stop();
  const objects: ObjectStore = {
    put: (key, object) => t.objects.put(key, object),
    list: (prefix) => t.objects.list(prefix),
    delete: (key) => t.objects.delete(key),
    get: async (key) => {
      if (key === content.key) await t.index.remove('default', 'd1', later);
      return t.objects.get(key);
    },
  };
  await t.start({ objects });
  await t.ingest('d1', { content, requestId: 'older' });
  await t.ingest('d2', { content: await t.stored('d2', whales) });
  await t.untilSaid('d2', 'indexed');
  await t.stop();
  expect(t.said('d1').at(-1)).toBe('deleted');
});

it('does not say of a document that it is deleted when it was added again meanwhile', async () => {
  const objects: ObjectStore = {
    put: (key, object) => t.objects.put(key, object),
    get: (key) => t.objects.get(key),
    delete: (key) => t.objects.delete(key),
    list: async (prefix) => {
      await addedAgain();
      return t.objects.list(prefix);
    },
  };
  await t.start({ objects });
  await t.remove('d1');
  await t.ingest('d2', { content: await t.stored('d2', whales) });
  await t.untilSaid('d2', 'indexed');
  await t.stop();
  expect(t.said('d1')).toEqual([]);
});

it('keeps the bytes that were uploaded after the deletion was asked for', async () => {
  const time = now.toString(16).padStart(12, '0'); // a minute after the requests
  const { sha256 } = await t.stored('scratch', whales);
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`;
  await t.remove('d1');
  await t.ingest('d1', { content: await t.stored('d1', whales, originalKey('d1', id, sha256)) });
  await t.start();
  await t.untilSaid('d1', 'indexed');
  expect(await t.found('whales krill')).toEqual(['d1.md']);
});
