/** Which files of a folder are documents, and what becomes of links. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { filesOf, passedOverLine } from './folder-files.ts';

let folder: string;
beforeEach(() => (folder = newFolder()));

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'waybill-folder-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}
function write(...files: string[]): void {
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '# Text');
  }
}
const link = (name: string, target: string): void => symlinkSync(target, join(folder, name));

it('are Markdown, text and HTML, in folders too, but for hidden ones and those of packages', async () => {
  write('b.md', 'a/c.HTML', 'a/d.txt', 'e.png', '.git/f.md', 'node_modules/g/h.md');
  expect(await filesOf(folder)).toEqual({ files: ['a/c.HTML', 'a/d.txt', 'b.md'], passedOver: [] });
});

it('are links to files inside, by the name of the link, as where a mounted volume has its files in a hidden folder', async () => {
  write('..data/real.md', 'a.md');
  link('mounted.md', '..data/real.md');
  link('again.md', 'a.md');
  link('chain.md', 'mounted.md');
  link('image.md.png', 'a.md');
  expect(await filesOf(folder)).toEqual({ files: ['a.md', 'again.md', 'chain.md', 'mounted.md'], passedOver: [] });
  const way = newFolder();
  symlinkSync(folder, join(way, 'to'));
  expect((await filesOf(join(way, 'to'))).files).toHaveLength(4);
});

it('are not what links outside, to folders, to themselves or to nothing, which is told', async () => {
  write('a.md', 'sub/b.md');
  const outside = join(newFolder(), 'c.md');
  writeFileSync(outside, '# Outside');
  link('outside.md', outside);
  link('folder', 'sub');
  link('around', '.');
  link('itself.md', 'itself.md');
  link('nothing.md', 'gone.md');
  link('nothing.png', 'gone.png');
  link('.hidden.md', outside);
  expect(await filesOf(folder)).toEqual({
    files: ['a.md', 'sub/b.md'],
    passedOver: ['around', 'folder', 'itself.md', 'nothing.md', 'outside.md'],
  });
});

it('are told to be none together with the links', async () => {
  link('around', '.');
  await expect(filesOf(folder)).rejects.toMatchObject({
    code: 'invalid_request',
    detail: `${folder} has no Markdown, text or HTML files. Passed over 1 link, which leads to no file inside the folder: around`,
  });
});

it('are named in one line, however many links there are', () => {
  expect(passedOverLine([])).toBeUndefined();
  expect(passedOverLine(['a', 'b'])).toBe('Passed over 2 links, which lead to no file inside the folder: a, b');
  const many = Array.from({ length: 9 }, (_, index) => `l${index}`);
  expect(passedOverLine(many)).toMatch(/: l0, l1, l2, l3, l4 and 4 more$/);
});
