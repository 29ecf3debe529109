import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
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

it('of two commands that remove the same document neither fails, and each says what it removed', async () => {
  const gone = { document_id: 'd0', name: 'gone.md', status: 'indexed', sha256, chunks: 1 };
  const known = { ...gone, document_id: 'd1', name: 'notes.md' };
  const problem = { type: 'x', title: 'x', status: 404, detail: 'x', code: 'document_not_found', class: 'invalid' };
  const client = {
    documents: () => Promise.resolve({ items: [gone, known], next: null }),
    deleteDocument: () => Promise.reject(new ApiError(404, problem as ApiError['problem'])),
  } as unknown as WaybillClient;
  const indexing = indexFolder(client, folderOfNotes(), { collection: 'c', mirrors: true });
  expect(await indexing).toMatchObject({ documents: 1, removed: 0 });
});

it('is given up with the platform: no other file waits for it', async () => {
  const client = {
    documents: () => Promise.resolve({ items: [], next: null }),
    addDocument: () => Promise.reject(new PlatformError('data_folder_locked', { detail: 'It does not answer.' })),
  } as unknown as WaybillClient;
  const indexing = indexFolder(client, folderOfNotes(), { collection: 'c' });
  await expect(indexing).rejects.toMatchObject({ code: 'data_folder_locked' });
});

it('says how far it is, with reading and then with indexing', async () => {
  const folder = folderOfNotes();
  writeFileSync(join(folder, 'more.md'), text);
  const statuses = ['queued', 'indexed'];
  const listed = (): object[] =>
    ['notes.md', 'more.md'].map((name) => ({ document_id: name, name, status: statuses[0], chunks: 1 }));
  const client = {
    documents: () => Promise.resolve({ items: listed(), next: null }),
    addDocument: ({ name }: { name: string }) => Promise.resolve({ document_id: name }),
  } as unknown as WaybillClient;
  const said: string[] = [];
  const report = (line: () => string): void => {
    said.push(line());
    if (said.length === 3) statuses.shift();
  };
  await indexFolder(client, folder, { collection: 'c', report });
  expect(said).toEqual([
    '1 of 2 files were looked at',
    '2 of 2 files were looked at',
    '0 of 2 new or changed files are indexed',
    '2 of 2 new or changed files are indexed',
  ]);
});

it.each([
  ['indexed', 'notes.md is not valid UTF-8: save it as UTF-8. Its earlier version still answers;'],
  ['failed', 'notes.md is not valid UTF-8: save it as UTF-8. An earlier version, if one was indexed, still answers;'],
  [undefined, 'notes.md is not valid UTF-8: save it as UTF-8.'],
])('says once which file cannot be read, and what of it still answers when it was %s', async (status, said) => {
  const error = {
    class: 'invalid',
    code: 'unreadable_document',
    detail: 'notes.md is not valid UTF-8: save it as UTF-8.',
  };
  const known = { document_id: 'd1', name: 'notes.md', chunks: 1 };
  const lists = [status === undefined ? [] : [{ ...known, status }], [{ ...known, status: 'failed', error }]];
  const client = {
    documents: () => Promise.resolve({ items: lists.length > 1 ? lists.shift() : lists[0], next: null }),
    addDocument: () => Promise.resolve({ document_id: 'd1' }),
  } as unknown as WaybillClient;
  const { problems } = await indexFolder(client, folderOfNotes(), { collection: 'c' });
  const removal = status === undefined ? '' : ' DELETE /v1/documents/d1 of a running platform removes it.';
  expect(problems).toEqual([said + removal]);
});

it('names a file that this program may not read, without its path and in plain words', async () => {
  const folder = folderOfNotes();
  symlinkSync('notes.md', join(folder, 'link.md'));
  const documents = () => {
    rmSync(join(folder, 'notes.md'), { force: true });
    return Promise.resolve({ items: [], next: null });
  };
  const { problems } = await indexFolder({ documents } as unknown as WaybillClient, folder, { collection: 'c' });
  expect(problems.toSorted()).toEqual(['link.md: cannot be read (ENOENT)', 'notes.md: cannot be read (ENOENT)']);
});

it.each([
  [1, 'Nothing was removed: the document that was read from it stays findable.'],
  [2, 'Nothing was removed: the 2 documents that were read from it stay findable.'],
])('a mirror of a folder that has nothing any more keeps its %i documents, and says so', async (count, said) => {
  const folder = folderOfNotes();
  rmSync(join(folder, 'notes.md'));
  const items = Array.from({ length: count }, (_, at) => ({
    document_id: `d${at}`,
    name: `n${at}.md`,
    status: 'indexed',
  }));
  const client = { documents: () => Promise.resolve({ items, next: null }) } as unknown as WaybillClient;
  await expect(indexFolder(client, folder, { collection: 'c', mirrors: true })).rejects.toMatchObject({
    code: 'invalid_request',
    detail: `${folder} has no Markdown, text or HTML files. ${said} GET /v1/documents?collection=c of a running platform lists what is there, DELETE /v1/documents/ID removes one.`,
  });
  const detail = `${folder} has no Markdown, text or HTML files.`;
  await expect(indexFolder(client, folder, { collection: 'c' })).rejects.toMatchObject({ detail });
});
