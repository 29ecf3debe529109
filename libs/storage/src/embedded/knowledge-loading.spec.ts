/** The functions of sqlite-vec are loaded with the first search, which may come when too many files are open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as SqliteVec from 'sqlite-vec';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { contractDocument, contractEmbedder, contractVector } from '../contract/knowledge-documents.ts';
import { SqliteKnowledgeIndex } from './knowledge-index.ts';

const failures = vi.hoisted(() => ({ left: 0 }));
vi.mock('sqlite-vec', async (load) => {
  const real = await load<typeof SqliteVec>();
  return { ...real, getLoadablePath: () => (failures.left-- > 0 ? '/nowhere/vec0' : real.getLoadablePath()) };
});

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-loading-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('searches again once what kept the first search from it has passed', async () => {
  const index = SqliteKnowledgeIndex.open({ file: join(root, 'knowledge.db'), embedder: contractEmbedder });
  const whales = 'Blue whales eat krill and sing for hours.';
  await index.replace(contractDocument([whales]));
  const query = { tenant: 'acme', text: 'whales krill', vector: contractVector('whales krill'), k: 3 };
  failures.left = 1;
  await expect(index.search(query)).rejects.toThrow(/nowhere/);
  expect(await index.search(query)).toMatchObject([{ text: whales }]);
  await index.close();
});
