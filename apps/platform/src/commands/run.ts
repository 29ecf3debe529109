/** `waybill run "question" [--docs FOLDER]`: asks, shows what happens, prints the answer. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { indexFolder } from './index-folder.ts';
import { ask } from './sample.ts';

const usage = 'run "question" [--docs FOLDER [--again] | --collection NAME]';

export const run: Command = {
  summary: 'Answer a question from documents',
  usage,
  async run(args, { connect, print, onFollow }) {
    const options = {
      docs: { type: 'string' },
      collection: { type: 'string' },
      again: { type: 'boolean', default: false },
    } as const;
    const { values, words } = readArguments(args, options, { count: 1, usage });
    const client = await connect();
    const collection = values.collection ?? (values.docs === undefined ? 'default' : collectionOf(values.docs));
    if (values.docs !== undefined) {
      const { documents, passages, problems } = await indexFolder(client, values.docs, {
        collection,
        again: values.again,
      });
      print(`Knows ${documents} documents (${passages} passages) of ${values.docs}`);
      for (const problem of problems) print(style.bad(`  ${problem}`));
    }
    const task = await ask(client, { goal: words[0]!, collection }, { print, onFollow });
    return task.status === 'completed' ? 0 : 1;
  },
};

/** The same for the same folder, and different for different folders of one name. */
function collectionOf(folder: string): string {
  const path = resolve(folder);
  const name = basename(path)
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return `${name.slice(0, 80) || 'folder'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}
