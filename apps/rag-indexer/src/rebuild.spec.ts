import 'reflect-metadata';
import { defaultOwner, encodeMessage, PlatformError, topics } from '@waybill/contracts';
import { partitionOf } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import { nullLogger, type Logger } from '@waybill/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexerFixture, whales } from './testing/indexer-fixture.ts';

const bread = '# Bread\n\nSourdough bread rises overnight in a cool kitchen.\n';

let t: IndexerFixture;
let infos: Record<string, unknown>[];
let warnings: Record<string, unknown>[];
let logger: Logger;
beforeEach(async () => {
  t = new IndexerFixture();
  [infos, warnings] = [[], []];
  logger = {
    ...nullLogger,
    info: (msg, fields) => void infos.push({ msg, ...fields }),
    warn: (msg, fields) => void warnings.push({ msg, ...fields }),
  };
  await t.open();
});
afterEach(() => t.close());

const begun = (): Record<string, unknown>[] => infos.filter(({ msg }) => msg === 'The knowledge index is rebuilt');

async function index(id: string, text: string, times = 1): Promise<void> {
  await t.ingest(id, { content: await t.stored(id, text) });
  await t.untilSaid(id, 'indexed', times);
}

/** d1 was about bread and is about whales; d2, about whales too, was deleted. */
async function indexReplaceAndDelete(): Promise<void> {
  await t.start();
  await index('d1', bread);
  await index('d1', whales, 2);
  await index('d2', whales);
  await t.remove('d2');
  await t.untilSaid('d2', 'deleted');
}

describe('a start beside an index without any document', () => {
  it('puts back what the record says is indexed, with name, place and revision, and writes no facts', async () => {
    await t.start();
    await index('d1', whales);
    await index('d2', bread);
    const before = await t.ask({ query: 'What do whales eat?' });
    const state = await t.index.state('default', 'd1');
    await t.loseIndex();
    const facts = t.log.recordsOf(topics.documentEvents).length;
    await t.start({ logger });
    expect(await t.ask({ query: 'What do whales eat?' })).toEqual(before);
    expect(await t.index.state('default', 'd1')).toEqual(state);
    expect(t.log.recordsOf(topics.documentEvents)).toHaveLength(facts);
    expect(begun()).toEqual([{ msg: expect.any(String), why: expect.stringContaining('empty'), documents: 2 }]);
    expect(warnings).toEqual([]);
  });

  it('gives each tenant its own documents back', async () => {
    await t.start();
    const owner = { tenant: 'acme', subject: 'ann' };
    await t.ingest('d1', { content: await t.stored('d1', whales), owner });
    await t.untilSaid('d1', 'indexed');
    await t.loseIndex();
    await t.start();
    expect(await t.found('whales krill')).toEqual([]);
    expect((await t.ask({ query: 'whales krill' }, owner)).observation!.hits).toHaveLength(1);
  });

  it('puts back the last content, and nothing that was deleted or never could be read', async () => {
    await indexReplaceAndDelete();
    await t.ingest('d3', { content: await t.stored('d3', 'a\0b') });
    await t.untilSaid('d3', 'failed');
    await t.loseIndex();
    await t.start({ logger });
    expect(await t.found('whales krill')).toEqual(['d1.md']);
    expect(await t.found('sourdough bread')).toEqual([]);
    expect(begun()).toMatchObject([{ documents: 1 }]);
    expect(warnings).toEqual([]);
  });

  it('puts back what was indexed before an attempt that failed, if its bytes are still there', async () => {
    await t.start();
    await index('d1', whales);
    await t.ingest('d1', { content: await t.stored('d1', 'a\0b', 'documents/d1/second') });
    await t.untilSaid('d1', 'failed');
    await t.loseIndex();
    await t.start();
    expect(await t.found('whales krill')).toEqual(['d1.md']);
  });

  it('passes over what cannot be read any more, one line each', async () => {
    await t.start();
    for (const id of ['gone', 'other', 'good']) await index(id, whales);
    await t.objects.delete('documents/gone/original');
    await t.stored('other', bread);
    await t.log.append([
      encodeMessage(
        { topic: topics.documentEvents, key: 'odd', name: 'Odd' },
        { type: 'Odd' },
        { id: 'odd', source: 'x', time: '', owner: defaultOwner },
      ),
    ]);
    await t.loseIndex();
    await t.start({ logger });
    expect(await t.found('whales krill')).toEqual(['good.md']);
    expect(warnings.map(({ what }) => String(what)).toSorted()).toEqual([
      'document gone (gone.md)',
      'document other (other.md)',
      expect.stringMatching(/^record document\.events\/\d\/\d+$/),
    ]);
  });

  it('lets later commands win, and earlier ones that come again lose', async () => {
    await indexReplaceAndDelete();
    const [first] = t.log.recordsOf(topics.documentRequests).filter(({ key }) => key === 'd1');
    await t.loseIndex();
    await t.start();
    await t.index.replace({ ...emptyDocument('d1'), revision: first!.offset });
    await t.index.replace({ ...emptyDocument('d2'), revision: 0 });
    expect(await t.found('whales krill')).toEqual(['d1.md']);
    expect(await t.index.state('default', 'd2')).toMatchObject({ passages: undefined });
    await index('d1', bread, 3);
    expect(await t.found('sourdough bread')).toEqual(['d1.md']);
  });

  it('costs one look when the same content is sent again', async () => {
    await t.start();
    await index('d1', whales);
    await t.loseIndex();
    await t.start();
    await index('d1', whales, 2);
    expect(t.said('d1')).toEqual(['parsing', 'embedding', 'indexed', 'indexed']);
  });

  it('goes on at the next start when it could not end, and by two at once', async () => {
    await t.start();
    await index('d1', whales);
    await index('d2', whales);
    await t.loseIndex();
    await expect(t.start({ objects: unreachable('d2') })).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all([t.start({ logger }), t.start({ logger })]);
    expect(await t.found('whales krill')).toHaveLength(2);
    expect(begun()[0]).toMatchObject({ why: expect.stringContaining('did not end') });
  });
});

describe('a rebuild that goes on', () => {
  it('finds what could not be found before it was cut off, once its bytes are back', async () => {
    await t.start();
    await index('d1', whales);
    await index('d2', whales);
    await t.loseIndex();
    await t.objects.delete('documents/d1/original');
    await expect(t.start({ objects: unreachable('d2') })).rejects.toMatchObject({ code: 'unavailable' });
    await t.stored('d1', whales);
    await t.start();
    expect((await t.found('whales krill')).toSorted()).toEqual(['d1.md', 'd2.md']);
  });
});

describe('a start beside an index of another log', () => {
  it('forgets what is not in the record', async () => {
    await t.start();
    await index('d1', whales);
    await t.loseLog();
    await t.start({ logger });
    expect(await t.found('whales krill')).toEqual([]);
    expect(await t.index.survey()).toEqual({ highestRevision: undefined, isBeingRebuilt: false });
    expect(begun()).toMatchObject([{ why: expect.stringContaining('another log'), documents: 0 }]);
  });

  it('sees it by one document whose revision its own partition does not have, and rebuilds the rest', async () => {
    await t.start();
    for (let n = 0; n < 9; n += 1) await index(`d${String(n)}`, whales);
    await t.stop();
    const ends = await t.log.endOffsets(topics.documentRequests);
    const shortest = ends.indexOf(Math.min(...ends));
    const id = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].find((one) => partitionOf(one, ends.length) === shortest)!;
    expect(Math.max(...ends)).toBeGreaterThan(ends[shortest]!);
    await t.index.replace({ ...emptyDocument(id), revision: ends[shortest]! });
    await t.start({ logger });
    expect(begun()).toMatchObject([{ why: expect.stringContaining(id), documents: 9 }]);
    expect(await t.index.state('default', id)).toBeUndefined();
    expect(await t.found('whales krill', { k: 20 })).toHaveLength(9);
  });

  it('gives what the record knows from requests of another log a revision that every command beats', async () => {
    await t.start();
    await index('d1', whales);
    const facts = t.log.recordsOf(topics.documentEvents);
    await t.loseLog();
    await t.log.append(facts.map(({ topic, key, headers, value }) => ({ topic, key, headers, value })));
    for (let start = 0; start < 2; start += 1) {
      await t.start({ logger });
      expect(await t.found('whales krill')).toEqual(['d1.md']);
      await t.stop();
    }
    expect(begun()).toHaveLength(1);
    await t.start();
    await index('d1', bread, 2);
    expect(await t.found('sourdough bread')).toEqual(['d1.md']);
  });
});

describe('a start beside an index in order', () => {
  it('leaves it alone', async () => {
    await t.start({ logger });
    await index('d1', whales);
    await t.stop();
    await t.start({ logger });
    await t.remove('d1');
    await t.untilSaid('d1', 'deleted');
    await t.stop();
    await t.start({ logger });
    expect(begun()).toEqual([]);
  });
});

/** The store of objects, out of reach for one document. */
const unreachable = (id: string): ObjectStore => ({
  put: (key, object) => t.objects.put(key, object),
  delete: (key) => t.objects.delete(key),
  list: (prefix) => t.objects.list(prefix),
  get: (key) =>
    key.startsWith(`documents/${id}/`) ? Promise.reject(new PlatformError('unavailable')) : t.objects.get(key),
});

const emptyDocument = (documentId: string) => ({
  tenant: 'default',
  documentId,
  name: 'other.md',
  collection: 'default',
  metadata: {},
  fingerprint: 'f',
  passages: [],
});
