/** The whole service over a log in memory and real embedded stores. Waiting is for records, never for a time. */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultOwner,
  encodeMessage,
  PlatformError,
  searchQueue,
  topics,
  workTopic,
  type ClaimCheck,
  type DocumentEvent,
  type IncomingMessage,
  type SearchHit,
  type WhoseData,
} from '@waybill/contracts';
import { hashingEmbedder } from '@waybill/knowledge';
import type { Clock } from '@waybill/messaging';
import { FolderObjectStore, SqliteKnowledgeIndex, type ObjectStore } from '@waybill/storage';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRagIndexer, type RagIndexerOptions, type RunningService } from './index.ts';

/** It is always the same time, and what should happen later happens in the next turn. */
const now = Date.parse('2026-05-04T10:00:00Z');
const clock: Clock = {
  now: () => now,
  after(_ms, callback) {
    const next = setImmediate(callback);
    return () => clearImmediate(next);
  },
};
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const whales = '# Whales\n\nBlue whales eat krill and sing for hours.\n';

let folder: string;
let log: InMemoryMessageLog;
let objects: FolderObjectStore;
let index: SqliteKnowledgeIndex;
let service: RunningService | undefined;
let requests: number;
let seen: IncomingMessage[];
let heard: (() => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-rag-'));
  log = new InMemoryMessageLog({ clock });
  objects = await FolderObjectStore.open(join(folder, 'objects'));
  index = SqliteKnowledgeIndex.open({ file: join(folder, 'knowledge.db'), embedder: hashingEmbedder });
  requests = 0;
  seen = [];
  heard = [];
  await log.tail({
    topics: [topics.documentEvents, topics.taskResults, topics.replies, 'rag-indexer.documents.dlq', 'rag-indexer.dlq'],
    from: 'start',
    onRecords({ records }) {
      seen.push(...records);
      for (const tell of heard.splice(0)) tell();
    },
  });
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await index.close();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (changes: Partial<RagIndexerOptions> = {}): Promise<void> => {
  service = await startRagIndexer({
    log,
    objects,
    index,
    embedder: hashingEmbedder,
    clock,
    random: () => 0,
    ...changes,
  });
};
const bodyOf = <T>(message: IncomingMessage): T => JSON.parse(message.value as string) as T;
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise<void>((resolve) => heard.push(resolve));
};
const facts = (id: string): DocumentEvent[] =>
  seen
    .filter(({ topic, key }) => topic === topics.documentEvents && key === id)
    .map((message) => bodyOf<DocumentEvent>(message));
const said = (id: string): string[] =>
  facts(id).map((fact) => (fact.type === 'DocumentDeleted' ? 'deleted' : fact.status));
const untilSaid = (id: string, what: string, times = 1): Promise<void> =>
  until(() => said(id).filter((one) => one === what).length >= times);

async function stored(id: string, content: string | Uint8Array, mediaType = 'text/markdown'): Promise<ClaimCheck> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const key = `documents/${id}/original`;
  await objects.put(key, { bytes, mediaType });
  return { key, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, media_type: mediaType };
}
interface Ingest {
  name?: string;
  content: ClaimCheck;
  owner?: WhoseData;
  requestId?: string;
  metadata?: Record<string, string>;
}
async function ingest(
  id: string,
  {
    name = `${id}.md`,
    content,
    owner = defaultOwner,
    requestId = `r${String((requests += 1))}`,
    metadata = {},
  }: Ingest,
): Promise<void> {
  const body = { type: 'IngestDocument', document_id: id, name, collection: 'default', metadata, content };
  await log.append([
    encodeMessage(topics.documentRequests, id, 'IngestDocument', body, {
      id: requestId,
      source: 'gateway',
      time: '2026-05-04T09:59:00Z',
      owner,
      traceparent: trace,
    }),
  ]);
}
async function remove(id: string): Promise<void> {
  const meta = {
    id: `r${String((requests += 1))}`,
    source: 'gateway',
    time: '2026-05-04T09:59:00Z',
    owner: defaultOwner,
  };
  await log.append([
    encodeMessage(topics.documentRequests, id, 'DeleteDocument', { type: 'DeleteDocument', document_id: id }, meta),
  ]);
}
async function search(work: Record<string, unknown>, owner = defaultOwner): Promise<void> {
  const meta = {
    id: `s${String((requests += 1))}`,
    source: 'gateway',
    time: '2026-05-04T09:59:00Z',
    owner,
    traceparent: trace,
  };
  await log.append([
    encodeMessage(workTopic(searchQueue), 'k', 'Search', { type: 'Search', not_after: now + 1_000, ...work }, meta),
  ]);
}
interface Reply {
  command_id: string;
  outcome: {
    status: string;
    observation?: { hits: SearchHit[] };
    error?: { class: string; code: string; detail: string };
  };
}
let asked = 0;
async function ask(input: Record<string, unknown>, owner = defaultOwner): Promise<Reply['outcome']> {
  const command = `c${String((asked += 1))}`;
  await search({ input, reply_to: { instance: 'gw-1', command_id: command } }, owner);
  const isIt = (message: IncomingMessage): boolean =>
    message.topic === topics.replies && bodyOf<Reply>(message).command_id === command;
  await until(() => seen.some(isIt));
  return bodyOf<Reply>(seen.find(isIt)!).outcome;
}
const found = async (query: string, more: Record<string, unknown> = {}): Promise<string[]> =>
  (await ask({ query, ...more })).observation!.hits.map(({ name }) => name);

describe('ingesting a document', () => {
  it('says every stage and makes it findable', async () => {
    await start();
    await ingest('d1', { content: await stored('d1', whales) });
    await untilSaid('d1', 'indexed');
    expect(said('d1')).toEqual(['parsing', 'embedding', 'indexed']);
    expect(facts('d1').at(-1)).toMatchObject({
      name: 'd1.md',
      collection: 'default',
      chunks: 1,
      bytes: whales.length,
      media_type: 'text/markdown',
      time: '2026-05-04T10:00:00.000Z',
    });
    const { hits } = (await ask({ query: 'What do whales eat?' })).observation!;
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
    await start();
    await ingest('d1', {
      content: await stored('d1', whales),
      owner: { tenant: 'acme', subject: 'ann' },
      requestId: 'req',
    });
    await untilSaid('d1', 'indexed');
    const { headers } = seen.at(-1)!;
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
    expect(await found('whales krill')).toEqual([]);
    expect((await ask({ query: 'whales krill' }, { tenant: 'acme', subject: 'bob' })).observation!.hits).toHaveLength(
      1,
    );
  });

  it('lets a broken document fail alone, with the reason', async () => {
    await start();
    await ingest('pdf', { content: await stored('pdf', '%PDF-1.7 ...') });
    await ingest('nul', { content: await stored('nul', 'a\0b') });
    await ingest('gone', { content: { ...(await stored('x', 'x')), key: 'documents/gone/original' } });
    await ingest('swapped', { content: { ...(await stored('swapped', 'one')), sha256: 'f'.repeat(64) } });
    await ingest('empty', { content: await stored('empty', '   \n') });
    await ingest('good', { content: await stored('good', whales) });
    for (const id of ['pdf', 'nul', 'gone', 'swapped', 'empty']) await untilSaid(id, 'failed');
    await untilSaid('good', 'indexed');
    const codes = ['pdf', 'nul', 'gone', 'swapped', 'empty'].map((id) => {
      const fact = facts(id).at(-1)!;
      return fact.type === 'DocumentStatusChanged' && fact.error?.code;
    });
    expect(codes).toEqual([
      'unsupported_document',
      'unreadable_document',
      'not_found',
      'unreadable_document',
      'unreadable_document',
    ]);
    expect(await found('whales krill')).toEqual(['good.md']);
  });

  it('repeats only the last fact for the same content, and reads all again for another name', async () => {
    let embedded = 0;
    await start({
      embedder: { ...hashingEmbedder, embed: (texts) => ((embedded += texts.length), hashingEmbedder.embed(texts)) },
    });
    const content = await stored('d1', whales);
    await ingest('d1', { content });
    await ingest('d1', { content });
    await untilSaid('d1', 'indexed', 2);
    expect(said('d1')).toEqual(['parsing', 'embedding', 'indexed', 'indexed']);
    expect(embedded).toBe(1);
    await ingest('d1', { content, name: 'renamed.md' });
    await untilSaid('d1', 'indexed', 3);
    expect(await found('whales krill')).toEqual(['renamed.md']);
  });

  it('keeps the order of a document: the last one wins', async () => {
    await start();
    for (let n = 0; n < 8; n += 1) {
      const bytes = new TextEncoder().encode(`Version number${String(n)} of the text about whales.`);
      const key = `documents/d1/${String(n)}`;
      await objects.put(key, { bytes, mediaType: 'text/plain' });
      await ingest('d1', {
        content: {
          key,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          bytes: bytes.length,
          media_type: 'text/plain',
        },
      });
    }
    await untilSaid('d1', 'indexed', 8);
    const { hits } = (await ask({ query: 'whales' })).observation!;
    expect(hits.map(({ text }) => text)).toEqual(['Version number7 of the text about whales.']);
  });

  it('says nothing about a request that a newer one has overtaken', async () => {
    await index.replace({
      tenant: 'default',
      documentId: 'd1',
      name: 'new.md',
      collection: 'default',
      metadata: {},
      revision: 99,
      fingerprint: 'f',
      passages: [],
    });
    await start();
    await ingest('d1', { content: await stored('d1', whales) });
    await remove('d1');
    await ingest('d2', { content: await stored('d2', whales) });
    await untilSaid('d2', 'indexed');
    await service!.close();
    expect(said('d1')).toEqual([]);
    expect(await index.state('default', 'd1')).toMatchObject({ revision: 99 });
  });

  it('tries again what may pass, with the same facts', async () => {
    let failures = 2;
    const shaky: ObjectStore = {
      put: (key, object) => objects.put(key, object),
      delete: (key) => objects.delete(key),
      list: (prefix) => objects.list(prefix),
      get: (key) => ((failures -= 1) >= 0 ? Promise.reject(new PlatformError('unavailable')) : objects.get(key)),
    };
    await start({ objects: shaky });
    await ingest('d1', { content: await stored('d1', whales), requestId: 'req' });
    await untilSaid('d1', 'indexed');
    expect(said('d1')).toEqual(['parsing', 'parsing', 'parsing', 'embedding', 'indexed']);
    expect(new Set(seen.map(({ headers }) => headers['ce_id']))).toEqual(
      new Set(['req:parsing', 'req:embedding', 'req:indexed']),
    );
  });

  it('says failed at last about a document that kills every attempt, and dead-letters what cannot be read', async () => {
    const embed = (): Promise<Float32Array[]> => Promise.reject(new Error('the embedder broke'));
    await start({ embedder: { ...hashingEmbedder, embed } });
    await log.append([
      encodeMessage(
        topics.documentRequests,
        'odd',
        'IngestDocument',
        { type: 'Nonsense' },
        { id: 'odd', source: 'x', time: '', owner: defaultOwner },
      ),
    ]);
    await ingest('d1', { content: await stored('d1', whales) });
    await untilSaid('d1', 'failed');
    expect(facts('d1').at(-1)).toMatchObject({
      error: { class: 'bug', code: 'internal', detail: 'the embedder broke' },
    });
    expect(said('odd')).toEqual([]);
    await until(() => seen.filter(({ topic }) => topic.endsWith('.dlq')).length === 2);
  });
});

describe('deleting a document', () => {
  it('removes passages and objects, and says so each time', async () => {
    await start();
    await ingest('d1', { content: await stored('d1', whales) });
    await objects.put('documents/d11/original', { bytes: new Uint8Array(), mediaType: 'x/y' });
    await remove('d1');
    await remove('d1');
    await untilSaid('d1', 'deleted', 2);
    expect(await found('whales krill')).toEqual([]);
    expect(await objects.list('documents/')).toEqual(['documents/d11/original']);
  });
});

describe('searching', () => {
  const call = { plan_id: 'p1', step_id: 's1', work_id: 'w1', epoch: 2, turn: 3, ordinal: 4 };

  it("answers a step's call under its own id", async () => {
    await start();
    await ingest('d1', { content: await stored('d1', whales) });
    await untilSaid('d1', 'indexed');
    await search({ call, input: { query: 'whales krill', k: 1 } });
    await until(() => seen.some(({ topic }) => topic === topics.taskResults));
    const answer = seen.find(({ topic }) => topic === topics.taskResults)!;
    expect(answer.key).toBe('p1');
    expect(answer.headers).toMatchObject({ ce_id: 'w1:2:3:4:result', ce_type: 'waybill.CallResult.v1' });
    expect(bodyOf(answer)).toMatchObject({
      type: 'CallResult',
      ...call,
      outcome: { status: 'completed', observation: { hits: [{ document_id: 'd1' }] } },
    });
  });

  it('answers failures with their class', async () => {
    await start();
    expect((await ask({ query: '' })).error).toMatchObject({
      class: 'invalid',
      code: 'invalid_input',
      detail: expect.stringContaining('query'),
    });
    expect((await ask({ query: 'x', k: 1_000 })).error).toMatchObject({ class: 'invalid' });
    await service!.close();
    await start({ embedder: { ...hashingEmbedder, embed: () => Promise.resolve([]) } });
    expect((await ask({ query: 'x' })).error).toMatchObject({ class: 'bug', code: 'internal' });
    await service!.close();
    await index.close();
    await start();
    expect((await ask({ query: 'x' })).error).toMatchObject({ class: 'transient', code: 'unavailable' });
  });

  it('answers no hits when the documents do not speak of it', async () => {
    await start();
    await ingest('d1', { content: await stored('d1', whales), metadata: { team: 'sea' } });
    await untilSaid('d1', 'indexed');
    expect(await found('What is the capital of France?')).toEqual([]);
    expect(await found('whales', { filter: { team: 'land' } })).toEqual([]);
    expect(await found('whales', { filter: { team: 'sea' }, collection: 'default' })).toEqual(['d1.md']);
  });

  it('does not begin what is too late, nor answers nobody', async () => {
    await start();
    await search({ input: { query: 'late' }, not_after: now - 1, reply_to: { instance: 'gw-1', command_id: 'late' } });
    await search({ input: { query: 'nobody' } });
    await ask({ query: 'in time' });
    expect(
      seen.filter(({ topic }) => topic === topics.replies).map((message) => bodyOf<Reply>(message).command_id),
    ).not.toContain('late');
  });

  it('tells who waits when the answer cannot be written', async () => {
    let refusals = 5;
    const append = log.append.bind(log);
    log.append = (messages) =>
      messages.some(({ topic }) => topic === topics.replies) && (refusals -= 1) >= 0
        ? Promise.reject(new PlatformError('log_unavailable'))
        : append(messages);
    await start();
    expect((await ask({ query: 'whales' })).error).toMatchObject({ class: 'transient', code: 'log_unavailable' });
  });
});

it('embeds anew what another embedder has left, beside the daily work', async () => {
  await start();
  await ingest('d1', { content: await stored('d1', whales) });
  await untilSaid('d1', 'indexed');
  await service!.close();
  await index.close();
  const embedder = { ...hashingEmbedder, name: 'other-1' };
  index = SqliteKnowledgeIndex.open({ file: join(folder, 'knowledge.db'), embedder });
  const { promise, resolve } = Promise.withResolvers<string>();
  await start({
    embedder: {
      ...embedder,
      embed(texts) {
        if (texts[0]?.includes('krill and sing')) resolve(texts[0]);
        return hashingEmbedder.embed(texts);
      },
    },
  });
  expect(await promise).toBe('d1\nWhales\nBlue whales eat krill and sing for hours.');
  expect(await found('whales krill')).toEqual(['d1.md']);
});
