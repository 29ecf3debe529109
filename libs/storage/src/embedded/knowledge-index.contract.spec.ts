import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractDocument, contractEmbedder, contractVector } from '../contract/knowledge-documents.ts';
import { knowledgeIndexContract } from '../contract/knowledge-index.contract.ts';
import type { StoredText } from '../knowledge-index.ts';
import { explained } from './knowledge-database.ts';
import { SqliteKnowledgeIndex } from './knowledge-index.ts';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-knowledge-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const nextFile = (): string => join(root, `${String((count += 1))}.db`);
const open = (file: string, embedder = contractEmbedder): SqliteKnowledgeIndex =>
  SqliteKnowledgeIndex.open({ file, embedder });

function expectRefused(file: string, code: string, detail: RegExp): void {
  expect(() => open(file)).toThrow(expect.objectContaining({ code, detail: expect.stringMatching(detail) }));
}

knowledgeIndexContract('SqliteKnowledgeIndex', () => Promise.resolve(open(nextFile())));

describe('SqliteKnowledgeIndex', () => {
  const whales = 'Blue whales eat krill and sing for hours.';
  const query = { tenant: 'acme', text: 'whales krill', vector: contractVector('whales krill'), k: 3 };

  it('keeps what it holds over a restart', async () => {
    const file = nextFile();
    const first = open(file);
    await first.replace(contractDocument([whales]));
    await first.close();
    await first.close();
    const second = open(file);
    expect(await second.search(query)).toMatchObject([{ text: whales }]);
    await second.close();
  });

  it('answers unavailable once it is closed', async () => {
    const index = open(nextFile());
    await index.close();
    await expect(index.search(query)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(index.replace(contractDocument([whales]))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('replaces nothing when a passage cannot be written', async () => {
    const index = open(nextFile());
    await index.replace(contractDocument([whales]));
    const twice = contractDocument(['one', 'two'], { revision: 2 });
    const broken = { ...twice, passages: twice.passages.map((passage) => ({ ...passage, ordinal: 0 })) };
    await expect(index.replace(broken)).rejects.toThrow(/UNIQUE/);
    expect(await index.search(query)).toMatchObject([{ text: whales }]);
    expect(await index.state('acme', 'd1')).toMatchObject({ revision: 1 });
    await index.replace(contractDocument(['Sourdough'], { revision: 3 }));
    expect(await index.search(query)).toEqual([]);
    await index.close();
  });

  it('drops the vectors of another embedder, still finds by words, and renews them', async () => {
    const file = nextFile();
    const first = open(file);
    await first.replace(contractDocument(Array.from({ length: 150 }, (_, n) => `${whales} Number ${String(n)}.`)));
    await first.close();
    const other = { ...contractEmbedder, name: 'other-2', relevantCosine: 0.9 };
    const second = open(file, other);
    expect(await second.search(query)).toHaveLength(3);
    const seen: StoredText[] = [];
    const renew = (): Promise<number> =>
      second.renewVectors((texts) => {
        seen.push(...texts);
        return Promise.resolve(texts.map(({ text }) => contractVector(text)));
      });
    expect(await renew()).toBe(150);
    expect(seen[0]).toEqual({ name: 'notes.md', place: 'lines 1-1', text: `${whales} Number 0.` });
    expect(await renew()).toBe(0);
    await second.close();
    const third = open(file, other);
    expect(await third.renewVectors(() => Promise.reject(new Error('nothing to embed')))).toBe(0);
    await third.close();
  });

  it('cuts words anew in a file of before, which took a run without spaces as one word', async () => {
    const file = nextFile();
    const first = open(file);
    await first.replace(contractDocument([whales, 'パンダは竹を食べます。']));
    await first.close();
    const before = new DatabaseSync(file);
    before.exec(`INSERT INTO words (words) VALUES ('delete-all'); INSERT INTO words (rowid, text, heading) SELECT id, text, 'notes.md' FROM passages;
      UPDATE settings SET value = 'contract-1/64' WHERE name = 'embedder'`);
    before.close();
    const second = open(file);
    const pandas = { ...query, text: 'パンダ', vector: contractVector('パンダ') };
    expect(await second.search(pandas)).toEqual([]);
    const vectorsOf = (texts: readonly StoredText[]) => Promise.resolve(texts.map(({ text }) => contractVector(text)));
    expect(await second.renewVectors(vectorsOf)).toBe(2);
    expect(await second.search(pandas)).toMatchObject([{ text: 'パンダは竹を食べます。' }]);
    expect(await second.search(query)).toMatchObject([{ text: whales }]);
    await second.close();
  });

  it('counts a passage without a shared word when the embedder vouches for it', async () => {
    const vouching = open(nextFile(), { ...contractEmbedder, relevantCosine: 0.9 });
    await vouching.replace(contractDocument([whales]));
    const [hit] = await vouching.search({ ...query, text: 'cetaceans', vector: contractVector(whales) });
    expect(hit?.text).toBe(whales);
    await vouching.close();
  });

  it('goes on being rebuilt after a restart, also in a file of before that was never asked', async () => {
    const file = nextFile();
    const first = open(file);
    await first.replace(contractDocument([whales], { revision: 3 }));
    await first.close();
    const before = new DatabaseSync(file);
    before.exec('DROP INDEX documents_by_revision; ALTER TABLE documents DROP COLUMN requests');
    before.close();
    const second = open(file);
    expect(await second.state('acme', 'd1')).toMatchObject({ revision: 3, requests: [] });
    expect(await second.survey()).toEqual({ highestRevision: 3, isBeingRebuilt: false });
    await second.beginRebuild();
    await second.close();
    const third = open(file);
    expect(await third.survey()).toEqual({ highestRevision: 3, isBeingRebuilt: true });
    await third.close();
  });

  it('refuses the file of another program, a damaged one and a newer one', () => {
    const foreign = nextFile();
    new DatabaseSync(foreign).exec('CREATE TABLE t (x)');
    expectRefused(foreign, 'data_folder_corrupt', /belongs to another program\..*Move the file.*rebuilds the index/);
    const damaged = nextFile();
    writeFileSync(damaged, 'this is no database, '.repeat(100));
    expectRefused(damaged, 'data_folder_corrupt', /is damaged \(file is not a database\)\..*Move the file.*rebuilds/);
    const newer = nextFile();
    open(newer);
    new DatabaseSync(newer).exec('PRAGMA user_version = 99');
    expectRefused(newer, 'data_folder_newer', /schema 99.*Start the newer version/);
  });

  /** An index whose passages fill many pages. */
  async function filledFile(): Promise<string> {
    const file = nextFile();
    const index = open(file);
    await index.replace(contractDocument(Array.from({ length: 200 }, (_, at) => `${whales} ${String(at)}`)));
    await index.close();
    return file;
  }
  const overwriteSecondHalf = (file: string): void => {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xaa, bytes.length / 2));
  };

  it('refuses a file whose beginning alone is sound', async () => {
    const file = await filledFile();
    overwriteSecondHalf(file);
    expectRefused(file, 'data_folder_corrupt', /is damaged \(.*\)\. Move the file/);
  });

  it('says what to do about damage that shows while it is in use', async () => {
    const file = await filledFile();
    const index = open(file);
    overwriteSecondHalf(file);
    await expect(index.search(query)).rejects.toMatchObject({
      code: 'data_folder_corrupt',
      detail: expect.stringMatching(/^knowledge\.db is damaged \(.*\)\. Move the file/) as string,
    });
    await index.close();
  });

  it('says of a full disk that it passes', () => {
    const failed = explained(Object.assign(new Error('database or disk is full'), { errcode: 13 }));
    expect(failed).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('make room') as string });
  });

  it('does not call a file damaged that cannot be opened', () => {
    expectRefused(root, 'unavailable', /cannot be opened \(unable to open database file\)\./);
  });
});
