import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { FolderObjectStore } from './folder-object-store.ts';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-objects-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const nextFolder = (): string => join(root, String((count += 1)), 'objects');

objectStoreContract('FolderObjectStore', () => FolderObjectStore.open(nextFolder()));

it('removes at opening what a crash left unfinished, and keeps the rest', async () => {
  const folder = nextFolder();
  const store = await FolderObjectStore.open(folder);
  await store.put('a', { bytes: new Uint8Array([1]), mediaType: 'x/y' });
  writeFileSync(join(folder, '@unfinished', '7'), 'half');
  const again = await FolderObjectStore.open(folder);
  expect(readdirSync(join(folder, '@unfinished'))).toEqual([]);
  expect(await again.list('')).toEqual(['a']);
});

it('leaves no empty folders behind', async () => {
  const folder = nextFolder();
  const store = await FolderObjectStore.open(folder);
  await store.put('a/b/c', { bytes: new Uint8Array(), mediaType: 'x/y' });
  await store.delete('a/b/c');
  expect(readdirSync(folder)).toEqual(['@unfinished']);
});

it('says so when a file is damaged', async () => {
  const folder = nextFolder();
  const store = await FolderObjectStore.open(folder);
  writeFileSync(join(folder, 'a@'), 'no header');
  await expect(store.get('a')).rejects.toMatchObject({ code: 'data_folder_corrupt' });
});

it.runIf(process.platform === 'linux')(
  'says that the disk is full, and keeps no part of what did not fit',
  async () => {
    const folder = nextFolder();
    const store = await FolderObjectStore.open(folder);
    symlinkSync('/dev/full', join(folder, '@unfinished', '1'));
    await expect(store.put('a', { bytes: new Uint8Array(10), mediaType: 'x/y' })).rejects.toMatchObject({
      code: 'unavailable',
      detail: 'The object store could not write a. The disk is full: make room, writing goes on by itself.',
    });
    expect(readdirSync(join(folder, '@unfinished'))).toEqual([]);
    await store.put('a', { bytes: new Uint8Array(10), mediaType: 'x/y' });
    expect(await store.list('')).toEqual(['a']);
  },
);

it.runIf(process.platform === 'linux')('says that the disk fails in a way that may pass', async () => {
  const folder = nextFolder();
  const store = await FolderObjectStore.open(folder);
  symlinkSync('/proc/self/mem', join(folder, 'a@')); // cannot be read: EIO
  await expect(store.get('a')).rejects.toMatchObject({ code: 'unavailable' });
});

it('hands on what the file system refuses', async () => {
  const folder = nextFolder();
  const store = await FolderObjectStore.open(folder);
  writeFileSync(join(folder, 'a'), 'a file where a folder should be');
  await expect(store.put('a/b', { bytes: new Uint8Array(), mediaType: 'x/y' })).rejects.toThrow(/EEXIST|ENOTDIR/);
});

describe('refuses in one line, at opening,', () => {
  const refusal = async (folder: string): Promise<unknown> =>
    FolderObjectStore.open(folder).catch((error: unknown) => error);

  it('a file where its folder should be, and leaves it', async () => {
    const folder = nextFolder();
    mkdirSync(dirname(folder));
    writeFileSync(folder, 'mine');
    expect(await refusal(folder)).toMatchObject({
      code: 'data_folder_corrupt',
      message: `${folder} is not a folder, and documents are kept in a folder there. Put a backup in its place, or move it away and send the documents again: npm run waybill -- docs add FOLDER [--collection NAME] --again.`,
    });
    expect(readFileSync(folder, 'utf8')).toBe('mine');
  });

  it('a folder that cannot be made, and says why', async () => {
    const folder = nextFolder();
    mkdirSync(dirname(folder));
    symlinkSync(folder, folder); // leads to itself
    expect(await refusal(folder)).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^\S+objects cannot be opened \(ELOOP[^\n]*\)\. Make sure that this user may write it and that the disk has room\.$/,
      ),
    });
  });
});
