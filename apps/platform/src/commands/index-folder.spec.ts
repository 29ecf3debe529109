import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type WaybillClient } from '@waybill/client';
import { expect, it, onTestFinished } from 'vitest';
import { indexFolder } from './index-folder.ts';

const text = '# Notes';
const sha256 = createHash('sha256').update(text).digest('hex');

function folderOfNotes(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'notes.md'), text);
  return folder;
}

it.each([
  ['sends no file that is indexed with the same content', {}, []],
  ['sends such a file all the same when it is asked to, as after a lost index', { again: true }, ['notes.md']],
])('%s', async (_, options, expected) => {
  const folder = folderOfNotes();
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

it.each([
  ['asks again for a list that cannot be read just now', 'transient' as const, 3],
  ['passes on at once what will not pass', 'invalid' as const, 1],
])('%s', async (_, errorClass, asked) => {
  const folder = folderOfNotes();
  const known = { document_id: 'd1', name: 'notes.md', status: 'indexed', sha256, chunks: 1 };
  const problem = { type: 'x', title: 'x', status: 503, detail: 'x', code: 'unavailable', class: errorClass } as const;
  let times = 0;
  const documents = async () => {
    times += 1;
    if (times === 1) throw new ApiError(503, problem);
    return { items: [known], next: null };
  };
  const indexing = indexFolder({ documents } as unknown as WaybillClient, folder, { collection: 'default' });
  if (errorClass === 'transient') expect(await indexing).toMatchObject({ documents: 1 });
  else await expect(indexing).rejects.toMatchObject({ problem });
  expect(times).toBe(asked);
});
