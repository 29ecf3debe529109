/** `waybill docs add | search`: the knowledge that agents search. */
import { foreignLine, foreignText } from '../terminal/foreign-text.ts';
import { slowly } from '../terminal/slowly.ts';
import { style } from '../terminal/style.ts';
import { misused, readArguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { indexFolder, remarksOf } from './index-folder.ts';

const usage = 'docs add FOLDER [--collection NAME] [--again]\ndocs search "words" [--collection NAME]';
const options = { collection: { type: 'string' } } as const;

export const docs: Command = {
  summary: 'Add or replace the documents of a folder in the index (none is removed), or search it',
  usage,
  run([action, ...args], context) {
    if (action === 'add') return add(args, context);
    if (action === 'search') return search(args, context);
    throw misused(action === undefined ? 'Something is missing.' : `docs knows no ${action}.`, usage);
  },
};

async function add(args: readonly string[], { connect, print }: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { ...options, again: { type: 'boolean' } }, { count: 1, usage });
  const indexed = await indexFolder(await connect(), words[0]!, {
    collection: values.collection ?? 'default',
    again: values.again ?? false,
    report: slowly(print),
  });
  print(`${indexed.documents} documents, ${indexed.passages} passages`);
  for (const line of remarksOf(indexed)) print(line);
  for (const problem of indexed.problems) print(style.bad(foreignLine(problem)));
  return indexed.problems.length === 0 ? 0 : 1;
}

async function search(args: readonly string[], { connect, print }: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, options, { count: 1, usage });
  const client = await connect();
  const { hits } = await client.search({
    query: words[0]!,
    ...(values.collection !== undefined && { collection: values.collection }),
  });
  for (const { name, place, score, text } of hits) {
    print(`${style.name(foreignLine(name))}  ${foreignLine(place)}  ${style.faint(score.toFixed(2))}`);
    print(`  ${foreignText(text).replaceAll('\n', '\n  ')}`);
  }
  if (hits.length === 0) print(style.faint('Nothing found.'));
  return 0;
}
