/**
 * `waybill run "question" [--docs FOLDER]`: asks, shows what happens, prints the answer.
 * Promises: a folder has a collection of its own that follows it, unless one is named; without either, all documents are searched, as over HTTP.
 */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import type { Print } from '../terminal/follow-task.ts';
import { foreignLine } from '../terminal/foreign-text.ts';
import { slowly } from '../terminal/slowly.ts';
import { counted, style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { indexFolder, remarksOf } from './index-folder.ts';
import { ask } from './sample.ts';

const usage = 'run "question" [--docs FOLDER [--again] | --collection NAME]';

export const run: Command = {
  summary: 'Answer a question from all documents, those of FOLDER as it is now, or those of one collection',
  usage,
  async run(args, { connect, print, onFollow }) {
    const options = {
      docs: { type: 'string' },
      collection: { type: 'string' },
      again: { type: 'boolean', default: false },
    } as const;
    const { values, words } = readArguments(args, options, { count: 1, usage });
    const client = await connect();
    const collection =
      values.docs === undefined ? values.collection : await readFolder(client, values.docs, { ...values, print });
    const task = await ask(client, { goal: words[0]!, collection }, { print, onFollow });
    return task.status === 'completed' ? 0 : 1;
  },
};

interface Reading {
  readonly collection?: string | undefined;
  readonly again: boolean;
  readonly print: Print;
}

/** Answers the collection that holds the folder now. One that was named may hold what others put there: nothing is removed from it. */
async function readFolder(
  client: WaybillClient,
  folder: string,
  { collection: named, again, print }: Reading,
): Promise<string> {
  const collection = named ?? collectionOf(folder);
  const mirrors = named === undefined;
  const indexed = await indexFolder(client, folder, { collection, again, mirrors, report: slowly(print) });
  print(
    `Knows ${counted(indexed.documents, 'document')} (${counted(indexed.passages, 'passage')}) of ${foreignLine(folder)}`,
  );
  for (const line of remarksOf(indexed)) print(line);
  for (const problem of indexed.problems) print(style.bad(`  ${foreignLine(problem)}`));
  return collection;
}

/** The same for the same folder, and different for different folders of one name. */
function collectionOf(folder: string): string {
  const path = resolve(folder);
  const name = basename(path)
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return `${name.slice(0, 80) || 'folder'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}
