/** Uploads that lie beside each other: what is read, what is put back, and what is cleared away. */
import 'reflect-metadata';
import { originalKey, PlatformError, type ClaimCheck } from '@waybill/contracts';
import type { ObjectStore } from '@waybill/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexerFixture, whales } from './testing/indexer-fixture.ts';

const bread = '# Bread\n\nSourdough bread rises overnight in a cool kitchen.\n';
const unreadable = 'a\0b';
const hour = 3_600_000;

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

/** As a gateway stores it so many hours after 1970. */
async function upload(content: string, hours: number): Promise<ClaimCheck> {
  const { key: unnamed, sha256 } = await t.stored('scratch', content);
  await t.objects.delete(unnamed);
  const time = (hours * hour).toString(16).padStart(12, '0');
  const key = originalKey('d1', `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`, sha256);
  return t.stored('d1', content, key);
}
const keys = (): Promise<readonly string[]> => t.objects.list('documents/d1/');
/** Of one document all is done in order: when the last command is answered again, what followed the first answer is done. */
async function keysAfter(status: string, contents: readonly ClaimCheck[]): Promise<readonly string[]> {
  for (const content of [...contents, contents.at(-1)!]) await t.ingest('d1', { content });
  await t.untilSaid('d1', status, 3);
  return keys();
}

it('finds after a rebuild what was indexed before an upload that failed', async () => {
  await t.start();
  await t.ingest('d1', { content: await upload(whales, 1) });
  await t.untilSaid('d1', 'indexed');
  await t.ingest('d1', { content: await upload(unreadable, 5) });
  await t.untilSaid('d1', 'failed');
  await t.loseIndex();
  await t.start();
  expect(await t.found('whales krill')).toEqual(['d1.md']);
});

it('indexes what was acknowledged although a later upload never got its command', async () => {
  const content = await upload(whales, 1);
  await upload(bread, 1);
  await t.ingest('d1', { content });
  await t.start();
  await t.untilSaid('d1', 'indexed');
  expect(await t.found('whales krill')).toEqual(['d1.md']);
});

it('clears away older uploads once a newer one is indexed, and keeps those that may still be asked for', async () => {
  const all = [];
  for (const [text, at] of [
    [whales, 1],
    [unreadable, 2],
    [bread, 9],
    [whales, 9.5],
    [bread, 10],
  ] as const)
    all.push(await upload(text, at));
  const [first, failed, lost, last, later] = all as [ClaimCheck, ClaimCheck, ClaimCheck, ClaimCheck, ClaimCheck];
  await t.start();
  expect(await keysAfter('indexed', [first, failed, last])).toEqual([lost, last, later].map(({ key }) => key));
});

it('keeps what is indexed when later uploads fail, and clears away those that failed before', async () => {
  const [first, failed, last] = [await upload(whales, 1), await upload(unreadable, 3), await upload('c\0d', 6)];
  await t.start();
  expect(await keysAfter('failed', [first, failed, last])).toEqual([first.key, last.key]);
});

it('clears away uploads that failed although nothing was ever indexed', async () => {
  const [first, last] = [await upload(unreadable, 1), await upload('c\0d', 6)];
  await t.start();
  expect(await keysAfter('failed', [first, last])).toEqual([last.key]);
});

it('keeps all of what a rebuild could not read, for another may', async () => {
  await t.start();
  const first = await upload(whales, 1);
  await t.ingest('d1', { content: first });
  await t.untilSaid('d1', 'indexed');
  const { revision, requests } = (await t.index.state('default', 'd1'))!;
  await t.index.remove('default', 'd1', revision, requests);
  expect(await t.index.state('default', 'd1')).toMatchObject({ passages: undefined });
  const last = await upload(unreadable, 6);
  for (let time = 1; time <= 2; time += 1) await t.ingest('d1', { content: last });
  await t.untilSaid('d1', 'failed', 2);
  expect(await keys()).toEqual([first.key, last.key]);
});

it('is indexed although its older uploads could not be cleared away', async () => {
  const stuck: ObjectStore = {
    put: (key, object) => t.objects.put(key, object),
    get: (key) => t.objects.get(key),
    list: (prefix) => t.objects.list(prefix),
    delete: () => Promise.reject(new PlatformError('unavailable')),
  };
  await t.start({ objects: stuck });
  for (const [text, at] of [
    [bread, 1],
    [whales, 9],
  ] as const)
    await t.ingest('d1', { content: await upload(text, at) });
  await t.untilSaid('d1', 'indexed', 2);
  expect(t.said('d1').filter((what) => what !== 'parsing' && what !== 'embedding')).toEqual(['indexed', 'indexed']);
});

it('takes all uploads away with the document', async () => {
  await t.start();
  await t.ingest('d1', { content: await upload(whales, 1) });
  await upload(bread, 30);
  await t.remove('d1');
  await t.untilSaid('d1', 'deleted');
  expect(await keys()).toEqual([]);
});
