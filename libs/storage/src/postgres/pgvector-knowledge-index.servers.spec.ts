import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  contractDocument,
  contractEmbedder,
  contractQuestion,
  contractVector,
} from '../contract/knowledge-documents.ts';
import { knowledgeIndexContract } from '../contract/knowledge-index.contract.ts';
import type { EmbedderTraits, KnowledgeQuery, StoredText } from '../knowledge-index.ts';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { knowledgeMigrations } from './knowledge-migrations.ts';
import { PgvectorKnowledgeIndex, type PgvectorKnowledgeIndexOptions } from './pgvector-knowledge-index.ts';
import { PgSql } from './sql.ts';

let schema: FreshSchema;
beforeAll(async () => {
  schema = await freshSchema('rag_indexer', knowledgeMigrations);
});
afterAll(() => schema.drop());

const empty = (): Promise<unknown> => schema.admin.query('TRUNCATE documents, settings CASCADE');
const connect = (to: string): PgSql => new PgSql({ url: to, connections: 4, applicationName: 'contract' });
const open = (changes: Partial<PgvectorKnowledgeIndexOptions> = {}): Promise<PgvectorKnowledgeIndex> =>
  PgvectorKnowledgeIndex.open({ sql: connect(schema.url), embedder: contractEmbedder, ...changes });
/** For a few thousand vectors the server would rather sort than ask HNSW. */
const openByIndex = (embedder: EmbedderTraits): Promise<PgvectorKnowledgeIndex> =>
  open({
    sql: connect(`${schema.url}%20-cenable_sort%3Doff`),
    embedder,
    exactUpTo: 0,
  });
const number = async (text: string): Promise<number> =>
  Number((await schema.admin.query<{ n: string }>(`SELECT (${text}) AS n`)).rows[0]!.n);

knowledgeIndexContract('PgvectorKnowledgeIndex', async () => {
  await empty();
  return open();
});
knowledgeIndexContract('PgvectorKnowledgeIndex that always asks its HNSW index', async () => {
  await empty();
  return openByIndex(contractEmbedder);
});

describe('PgvectorKnowledgeIndex', () => {
  const whales = 'Blue whales eat krill and sing for hours.';
  const ask = (text: string, changes: Partial<KnowledgeQuery> = {}): KnowledgeQuery =>
    contractQuestion(text, { k: 3, ...changes });
  const query = ask('whales krill');
  beforeEach(empty);

  it('keeps what it holds over a restart, and answers unavailable once it is closed', async () => {
    const first = await open();
    await first.replace(contractDocument([whales]));
    await first.close();
    await first.close();
    await expect(first.search(query)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(first.replace(contractDocument([whales]))).rejects.toMatchObject({ code: 'unavailable' });
    const second = await open();
    expect(await second.search(query)).toMatchObject([{ text: whales }]);
    await second.close();
  });

  it('replaces nothing when a passage cannot be written, and does not call it a passing failure', async () => {
    const index = await open();
    await index.replace(contractDocument([whales]));
    const many = contractDocument(
      Array.from({ length: 100 }, (_, n) => `Sourdough ${String(n)}`),
      { revision: 2 },
    );
    const broken = { ...many, passages: many.passages.map((one) => ({ ...one, ordinal: one.ordinal % 99 })) };
    await expect(index.replace(broken)).rejects.toMatchObject({ name: 'SqlFailure', outcome: 'refused' });
    expect(await index.search(query)).toMatchObject([{ text: whales }]);
    expect(await index.state('acme', 'd1')).toMatchObject({ revision: 1 });
    await index.replace(contractDocument(['Sourdough'], { revision: 3 }));
    expect(await index.search(query)).toEqual([]);
    await index.close();
  });

  it('lets the newest win among processes that write the same document, and shows no half of it', async () => {
    const writers = await Promise.all([open(), open(), open()]);
    const reader = await open();
    const version = (revision: number) =>
      contractDocument(
        Array.from({ length: 70 }, () => `${whales} Edition number${String(revision)}`),
        { revision },
      );
    let isWriting = true;
    const reading = (async () => {
      const seen: number[] = [];
      while (isWriting) {
        const hits = await reader.search({ ...query, k: 70 });
        expect([0, 70]).toContain(hits.length);
        expect(new Set(hits.map(({ text }) => text)).size).toBeLessThan(2);
        seen.push(Number(/number(\d+)/.exec(hits[0]?.text ?? '')?.[1] ?? 0));
      }
      return seen;
    })();
    const revisions = Array.from({ length: 24 }, (_, n) => n + 1).toSorted((a, b) => (a % 7) - (b % 7));
    await Promise.all(revisions.map((revision, n) => writers[n % 3]!.replace(version(revision))));
    isWriting = false;
    const seen = await reading;
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await reader.state('acme', 'd1')).toMatchObject({ revision: 24, passages: 70 });
    expect((await reader.search(query))[0]?.text).toContain('number24');
    expect(await number('SELECT count(*) FROM vectors')).toBe(70);
    await Promise.all([...writers, reader].map((index) => index.close()));
  });

  it('finds by words with the vectors of another embedder, renews them once for all processes, and drops the old ones', async () => {
    const first = await open();
    await first.replace(contractDocument(Array.from({ length: 150 }, (_, n) => `${whales} Number ${String(n)}.`)));
    const other = { name: 'other-2', dimensions: 32, relevantCosine: 0.9 };
    const half = (text: string): Float32Array => contractVector(text).slice(0, 32);
    const [second, third] = await Promise.all([open({ embedder: other }), open({ embedder: other })]);
    const question = { ...query, vector: half(query.text) };
    expect(await second.search(question)).toHaveLength(3);
    const seen: StoredText[] = [];
    const renew = (index: PgvectorKnowledgeIndex): Promise<number> =>
      index.renewVectors((texts) => {
        seen.push(...texts);
        return Promise.resolve(texts.map(({ text }) => half(text)));
      });
    await expect(second.renewVectors(() => Promise.reject(new Error('no model')))).rejects.toThrow('no model');
    const counts = await Promise.all([renew(second), renew(third)]);
    expect(counts[0]! + counts[1]!).toBe(150);
    expect(seen).toHaveLength(150);
    expect(seen[0]).toEqual({ name: 'notes.md', place: 'lines 1-1', text: `${whales} Number 0.` });
    expect(await number('SELECT count(*) FROM vectors')).toBe(150);
    expect(await second.search({ ...question, text: 'cetaceans', vector: half(`${whales} Number 7.`) })).not.toEqual(
      [],
    );
    // A process of before still works: it finds by words, and what it writes is renewed.
    expect(await first.search(query)).toHaveLength(3);
    await first.replace(contractDocument([whales], { documentId: 'd2' }));
    expect(await renew(second)).toBe(1);
    expect(await renew(second)).toBe(0);
    await Promise.all([first, second, third].map((index) => index.close()));
  });

  it('counts a passage without a shared word when the embedder vouches for it', async () => {
    const vouching = await open({ embedder: { ...contractEmbedder, relevantCosine: 0.9 } });
    await vouching.replace(contractDocument([whales]));
    const [hit] = await vouching.search({ ...query, text: 'cetaceans', vector: contractVector(whales) });
    expect(hit?.text).toBe(whales);
    await vouching.close();
  });

  it('cuts words as the embedded index does, addresses and paths too', async () => {
    const index = await open();
    await index.replace(
      contractDocument(['Write to ann@example.com, see src/main.ts or https://waybill.dev/guide; Crêpe, version 1e5']),
    );
    for (const text of ['example', 'main', 'guide', 'waybill.dev', 'crepe', 'CRÊPES', '1e5', 'ann@example.com'])
      expect(await index.search(ask(text))).toHaveLength(1);
    await index.close();
  });

  it('keeps text with a NUL or a lone surrogate, with U+FFFD in its place, and refuses it in ids', async () => {
    const index = await open();
    const metadata = { 'ke\u0000y': 'va\ud800lue', '\\u0000': '\\' };
    await index.replace(
      contractDocument(['Whales\u0000krill \ud83d'], { name: 'n\u0000', collection: 'c\u0000', metadata }),
    );
    const filter = { 'ke\u0000y': 'va\ud800lue', '\\u0000': '\\' };
    expect(await index.search(ask('krill', { collection: 'c\u0000', filter }))).toMatchObject([
      { text: 'Whales\uFFFDkrill \uFFFD', name: 'n\uFFFD' },
    ]);
    const refused = { code: 'invalid_text' };
    await expect(index.replace(contractDocument([whales], { documentId: 'd\u0000' }))).rejects.toMatchObject(refused);
    await expect(index.remove('ac\ud800', 'd1', 2)).rejects.toMatchObject(refused);
    await expect(index.search(ask('krill', { tenant: 'acme\u0000' }))).rejects.toMatchObject(refused);
    await index.close();
  });

  it('finds by HNSW what a search of every vector finds, in all or in a small scope', async () => {
    const embedder = { ...contractEmbedder, relevantCosine: 0.1 };
    const [exact, approximate] = await Promise.all([open({ embedder }), openByIndex(embedder)]);
    const animals = [
      'whale',
      'heron',
      'otter',
      'lynx',
      'beetle',
      'salmon',
      'adder',
      'newt',
      'stoat',
      'finch',
      'vole',
      'bat',
    ];
    const sentence = (n: number): string =>
      [7, 11, 13, 17, 19]
        .map((step) => `${animals[(n * step + (n >> 3)) % 12]!}${String((n * step) % 41)}`)
        .join(' meets ');
    for (let d = 0; d < 10; d += 1) {
      const texts = Array.from({ length: 400 }, (_, n) => sentence(d * 400 + n));
      await exact.replace(contractDocument(texts, { documentId: `d${String(d)}`, metadata: { part: d } }));
    }
    await schema.admin.query('ANALYZE documents, passages, vectors');
    const used =
      "SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes WHERE indexrelname LIKE 'vectors_of_%' AND schemaname = current_schema()";
    const before = await number(used);
    let same = 0;
    for (let n = 0; n < 40; n += 1) {
      const filter: Record<string, number> = n % 2 === 0 ? {} : { part: n % 10 };
      const one = ask('zebra', { k: 10, vector: contractVector(sentence(n * 97)), filter });
      const expected = (await exact.search(one)).map(({ text }) => text);
      expect(expected).toHaveLength(10);
      const got = new Set((await approximate.search(one)).map(({ text }) => text));
      same += expected.filter((text) => got.has(text)).length;
    }
    expect(same / 400, 'share of the nearest').toBeGreaterThan(0.95);
    await Promise.all([exact.close(), approximate.close()]);
    await expect.poll(() => number(used)).toBeGreaterThan(before);
  });

  it('finds the nearest in scope even if its index gives up among others', async () => {
    const embedder = { name: 'tiny', dimensions: 3, relevantCosine: -1 };
    const index = await openByIndex(embedder);
    const rare = contractDocument(['one', 'two'], { documentId: 'rare', collection: 'rare' });
    const vector = Float32Array.of(0, 0, 1);
    await index.replace({ ...rare, passages: rare.passages.map((one) => ({ ...one, vector })) });
    // More than the index looks at, and all of them nearer.
    await index.replace(contractDocument([], { documentId: 'crowd' }));
    await schema.admin.query(`
      WITH crowd AS (UPDATE documents SET passages = 22000 WHERE document_id = 'crowd' RETURNING id),
      added AS (INSERT INTO passages (document, ordinal, text, place, words) SELECT id, n, 'crowd', '', '' FROM crowd, generate_series(1, 22000) n RETURNING *)
      INSERT INTO vectors SELECT added.id, (SELECT id FROM embedders WHERE name LIKE 'tiny+%'), document, ARRAY[1, sin(ordinal) / 2, cos(ordinal) / 2]::real[]::vector FROM added`);
    const far = { ...query, text: 'zebra', vector: Float32Array.of(1, 0, 0) };
    expect((await index.search({ ...far, collection: 'rare' })).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(await index.search(far)).toHaveLength(3);
    await index.close();
  });
});
