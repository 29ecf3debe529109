/** Requests that come again late, to an indexer that does not remember them: it was started since, or has done a thousand others. */
import 'reflect-metadata';
import { topics, type OutgoingMessage } from '@waybill/contracts';
import { readToEnd } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RagIndexerOptions } from './index.ts';
import { IndexerFixture } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
  await t.start();
});
afterEach(() => t.close());

const whales = 'Blue whales eat krill.';
const tigers = 'Tigers hunt at night.';

/** As a producer does that has not heard the answer to its nth request. */
async function sendAgain(nth: number, changes: Partial<RagIndexerOptions> = {}): Promise<void> {
  const requests: OutgoingMessage[] = [];
  await readToEnd(t.log, topics.documentRequests, { from: 'start', onRecord: (record) => requests.push(record) });
  const { topic, key, headers, value } = requests[nth]!;
  await t.stop();
  await t.start(changes);
  await t.log.append([{ topic, key, headers, value }]);
  await t.ingest('after', { content: await t.stored('after', 'The last one.') });
  await t.untilSaid('after', 'indexed');
}

it('keeps the newer content of a document when the request for an older one comes again', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/2') });
  await t.untilSaid('d1', 'indexed', 2);
  await sendAgain(0);
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
  // A gateway may show the older one as waiting, and hears what is there.
  const last = t.facts('d1').at(-1);
  expect(last).toMatchObject({ status: 'indexed', name: 'd1.md', bytes: tigers.length, chunks: 1 });
  expect(t.said('d1').filter((what) => what === 'embedding')).toHaveLength(2);
});

it('keeps a document that was added again when its deletion before that comes again', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.remove('d1');
  await t.untilSaid('d1', 'deleted');
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/2') });
  await t.untilSaid('d1', 'indexed', 2);
  await sendAgain(1);
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
});

it('says once more that a document is deleted when the request for it comes again, and does not bring it back', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.remove('d1');
  await t.untilSaid('d1', 'deleted');
  await t.stored('d1', whales, 'documents/d1/1'); // its bytes were removed with it
  await sendAgain(0);
  const last = t.seen.findLast(({ topic, key }) => topic === topics.documentEvents && key === 'd1')!;
  expect([last.headers['cause'], t.said('d1').at(-1)]).toEqual([expect.stringMatching(/\/2$/), 'deleted']);
  expect(t.said('d1').filter((what) => what === 'indexed')).toHaveLength(1);
  expect((await t.ask({ query: 'What do whales eat?' })).observation!.hits).toEqual([]);
});

it('knows an older request also after a rebuild', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/2') });
  await t.untilSaid('d1', 'indexed', 2);
  await t.loseIndex();
  await t.start();
  await sendAgain(0);
  expect(await t.index.state('default', 'd1')).toMatchObject({ revision: 1 });
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
});

it('keeps the newer content when a request comes again that had brought the same content as the one before it', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/2') });
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/3') });
  await t.untilSaid('d1', 'indexed', 3);
  await t.stored('d1', whales, 'documents/d1/2'); // a copy finds its bytes, if it looks
  await sendAgain(1);
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
});

it('keeps the newer content when a request comes again that failed before it, although it can be read by now', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  const missing = await t.stored('d1', 'Steam engines turn heat into motion.', 'documents/d1/2');
  await t.objects.delete(missing.key);
  await t.ingest('d1', { content: missing });
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/3') });
  await t.untilSaid('d1', 'indexed', 2);
  await t.stored('d1', 'Steam engines turn heat into motion.', missing.key);
  await sendAgain(1);
  expect(t.said('d1').filter((what) => what === 'failed')).toHaveLength(1);
  expect(t.facts('d1').at(-1)).toMatchObject({ status: 'indexed', bytes: tigers.length });
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
});

it('does not index what failed and was followed by another failure, nor says of it that it is deleted', async () => {
  const missing = await t.stored('d1', whales, 'documents/d1/1');
  await t.objects.delete(missing.key);
  await t.ingest('d1', { content: missing });
  await t.ingest('d1', { content: { ...missing, key: 'documents/d1/2' } });
  await t.untilSaid('d1', 'failed', 2);
  await t.stored('d1', whales, missing.key);
  await sendAgain(0);
  expect(t.said('d1').filter((what) => what !== 'parsing')).toEqual(['failed', 'failed', 'failed']);
});

it('keeps the newer content when the copy of an older request was given up, and comes once more', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.ingest('d1', { content: await t.stored('d1', tigers, 'documents/d1/2') });
  await t.untilSaid('d1', 'indexed', 2);
  const objects: ObjectStore = {
    put: (key, object) => t.objects.put(key, object),
    get: (key) => (key.startsWith('documents/d1/') ? Promise.reject(new Error('broken')) : t.objects.get(key)),
    list: (prefix) => t.objects.list(prefix),
    delete: (key) => t.objects.delete(key),
  };
  await sendAgain(0, { objects });
  await t.untilSaid('d1', 'failed');
  await t.stored('d1', whales, 'documents/d1/1'); // it finds its bytes, if it looks
  await sendAgain(0);
  const { hits } = (await t.ask({ query: 'When do tigers hunt?' })).observation!;
  expect(hits.map(({ text }) => text)).toEqual([tigers]);
});

it('is the same state after a rebuild, also when requests failed', async () => {
  const content = { ...(await t.stored('d2', whales)), sha256: 'f'.repeat(64) };
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  for (const id of ['d1', 'd2']) await t.ingest(id, { content });
  await t.untilSaid('d1', 'failed');
  await t.untilSaid('d2', 'failed');
  await t.stop();
  const states = () => Promise.all(['d1', 'd2'].map((id) => t.index.state('default', id)));
  const living = await states();
  expect(living).toMatchObject([{ passages: 1 }, { passages: undefined }]);
  await t.loseIndex();
  await t.start();
  expect(await states()).toEqual(living);
});

it('is the same state after a rebuild, also when the same content came twice', async () => {
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/1') });
  await t.ingest('d1', { content: await t.stored('d1', whales, 'documents/d1/2') });
  await t.untilSaid('d1', 'indexed', 2);
  const living = await t.index.state('default', 'd1');
  await t.loseIndex();
  await t.start();
  expect(await t.index.state('default', 'd1')).toEqual(living);
});
