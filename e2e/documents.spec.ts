/**
 * The way of a document, from many seeds: adds, deletions and copies over gateways whose clocks differ, indexers that die, freeze and lose their index.
 * Shown: once all is calm, what is found and shown of each document is what its last request asked for, on a gateway that lived through it and on one that
 * begins anew; copies that come late change nothing. `DOCUMENT_SEED=N DOCUMENT_SEEDS=1 npx vitest run e2e/documents.spec.ts` repeats one history.
 */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteKnowledgeIndex } from '@waybill/storage';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { embedder } from './documents/contents.ts';
import { ModelReader } from './documents/model-reader.ts';
import { runDocumentWorld, type Surroundings } from './documents/world.ts';

const first = Number(process.env['DOCUMENT_SEED'] ?? 1);
const seeds = Number(process.env['DOCUMENT_SEEDS'] ?? 60);

let folder: string;
let surroundings: Surroundings & { readonly index: SqliteKnowledgeIndex };
beforeAll(async () => {
  // The real one answers from a thread, in a time of its own.
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_, bytes) =>
    Promise.resolve(
      new Uint8Array(
        createHash('sha256')
          .update(bytes as Uint8Array)
          .digest(),
      ).buffer,
    ),
  );
  folder = mkdtempSync(join(tmpdir(), 'waybill-documents-'));
  const index = SqliteKnowledgeIndex.open({ file: join(folder, 'knowledge.db'), embedder });
  surroundings = { index, reader: await ModelReader.open() };
});
afterAll(async () => {
  vi.restoreAllMocks();
  await surroundings.index.close();
  await surroundings.reader.close();
  rmSync(folder, { recursive: true });
});

it(
  'is found and shown as its last request asked for, whatever happened on the way',
  async () => {
    for (let seed = first; seed < first + seeds; seed += 1) {
      const { broken, history } = await runDocumentWorld(seed, surroundings);
      if (broken !== undefined) expect.fail(`seed ${seed}: ${broken}\n${history.join('\n')}`);
    }
  },
  60_000 + seeds * 1_000,
);

it('tells the same history when a seed is run again, and another one for another seed', async () => {
  const tell = async (seed: number): Promise<string> => (await runDocumentWorld(seed, surroundings)).history.join('\n');
  const [one, again, other] = [await tell(3), await tell(3), await tell(4)];
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});
