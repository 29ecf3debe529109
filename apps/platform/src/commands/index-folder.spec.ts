import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import { expect, it, onTestFinished } from 'vitest';
import { indexFolder } from './index-folder.ts';

const text = '# Notes';
const sha256 = createHash('sha256').update(text).digest('hex');

it.each([
  ['sends no file that is indexed with the same content', {}, []],
  ['sends such a file all the same when it is asked to, as after a lost index', { again: true }, ['notes.md']],
])('%s', async (_, options, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'notes.md'), text);
  const sent: string[] = [];
  const known = { document_id: 'd1', name: 'notes.md', status: 'indexed', sha256, chunks: 1 };
  const client = {
    documents: () => Promise.resolve({ items: [known], next: null }),
    addDocument: ({ name }: { name: string }) => {
      sent.push(name);
      return Promise.resolve({ document_id: 'd1' });
    },
  } as unknown as WaybillClient;
  expect(await indexFolder(client, folder, { collection: 'default', ...options })).toMatchObject({ documents: 1 });
  expect(sent).toEqual(expected);
});
