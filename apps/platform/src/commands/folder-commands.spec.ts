/** What the commands that take a folder leave of a collection, and where a question looks: over a client that keeps documents in memory. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import type { TaskSubmission } from '@waybill/contracts';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Command, CommandContext } from './command.ts';
import { docs } from './docs.ts';
import { run } from './run.ts';
import { runSample } from './sample.ts';

interface Kept {
  readonly document_id: string;
  readonly name: string;
  readonly collection: string;
  readonly status: 'indexed';
  readonly chunks: number;
}

let kept: Kept[];
let asked: TaskSubmission[];
let printed: string[];
beforeEach(() => {
  kept = [];
  asked = [];
  printed = [];
});

const client = {
  documents: async ({ collection: of }: Record<string, string>) => ({
    items: kept.filter(({ collection }) => collection === of),
    next: null,
  }),
  addDocument: async ({ name, collection }: { name: string; collection: string }) => {
    const id = `${collection}/${name}`;
    kept = [...kept.filter(({ document_id: other }) => other !== id), document(name, collection)];
    return { document_id: id };
  },
  deleteDocument: async (id: string) => void (kept = kept.filter(({ document_id: other }) => other !== id)),
  submit: async (submission: TaskSubmission) => {
    asked.push(submission);
    return { task_id: 't' };
  },
  async *follow() {},
  task: async () => ({ status: 'completed', output: 'Yes.' }),
} as unknown as WaybillClient;

const document = (name: string, collection: string): Kept => ({
  document_id: `${collection}/${name}`,
  name,
  collection,
  status: 'indexed',
  chunks: 1,
});
const call = (command: Command, ...args: string[]): Promise<number> =>
  command.run(args, {
    connect: async () => client,
    print: (line: string) => void printed.push(line),
    onFollow: () => undefined,
  } as unknown as CommandContext);
const names = (): string[] => kept.map(({ name }) => name).toSorted();

function folderOf(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of files) writeFileSync(join(folder, file), `# ${file}`);
  return folder;
}

it('docs add removes nothing: neither of another folder nor what somebody sent, and counts the folder alone', async () => {
  kept = [document('sent.md', 'default')];
  expect(await call(docs, 'add', folderOf('a.md', 'b.md'))).toBe(0);
  expect(await call(docs, 'add', folderOf('b.md', 'c.md'))).toBe(0);
  expect(names()).toEqual(['a.md', 'b.md', 'c.md', 'sent.md']);
  expect(printed).toEqual(['2 documents, 2 passages', '2 documents, 2 passages']);
});

it.each([
  [['old.md'], '  1 document that is no longer in the folder was removed'],
  [['old.md', 'older.md'], '  2 documents that are no longer in the folder were removed'],
])('run --docs follows its folder, and says that of %j', async (gone, said) => {
  const folder = folderOf('a.md', ...gone);
  await call(run, 'Why?', '--docs', folder);
  expect(printed.filter((line) => line.includes('removed'))).toEqual([]);
  for (const file of gone) rmSync(join(folder, file));
  kept.push(document('sent.md', 'default'));
  await call(run, 'Why?', '--docs', folder);
  expect(names()).toEqual(['a.md', 'sent.md']);
  expect(printed).toContain(said);
});

it('every command that takes a folder names the links in it that it passed over', async () => {
  const folder = folderOf('a.md');
  symlinkSync('.', join(folder, 'around'));
  await call(run, 'Why?', '--docs', folder);
  await call(docs, 'add', folder);
  const line = '  Passed over 1 link, which leads to no file inside the folder: around';
  expect(printed.filter((other) => other === line)).toHaveLength(2);
});

it('run --docs removes nothing from a collection that was named', async () => {
  kept = [document('sent.md', 'handbook')];
  await call(run, 'Why?', '--docs', folderOf('a.md'), '--collection', 'handbook');
  expect(names()).toEqual(['a.md', 'sent.md']);
});

it('the sample follows its folder, and says so', async () => {
  kept = [document('of-an-older-version.md', 'samples')];
  await runSample(client, (line) => void printed.push(line));
  expect(names()).not.toContain('of-an-older-version.md');
  expect(printed).toContain('  1 document that is no longer in the folder was removed');
});

it('a question looks in the folder that is given, in the collection that is named, or everywhere', async () => {
  const folder = folderOf('a.md');
  await call(run, 'Why?', '--docs', folder);
  await call(run, 'Why?', '--collection', 'handbook');
  await call(run, 'Why?');
  expect(asked).toEqual([
    { goal: 'Why?', input: { collection: kept[0]!.collection } },
    { goal: 'Why?', input: { collection: 'handbook' } },
    { goal: 'Why?' },
  ]);
});
