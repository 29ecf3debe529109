/** The sample that `npm start` shows: documents that come with the repository, and a question that they answer. */
import { join } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import type { TaskView } from '@waybill/contracts';
import { followTask, printAnswer, type Print } from '../terminal/follow-task.ts';
import { foreignLine } from '../terminal/foreign-text.ts';
import { slowly } from '../terminal/slowly.ts';
import { counted, duration, style } from '../terminal/style.ts';
import { indexFolder, remarksOf } from './index-folder.ts';

const folder = join(import.meta.dirname, '../../../../examples/documents');
const collection = 'samples';
const question = 'How do consumer groups share partitions, and what happens when a member dies?';

export async function runSample(client: WaybillClient, print: Print): Promise<TaskView> {
  const begun = performance.now();
  const indexed = await indexFolder(client, folder, { collection, mirrors: true, report: slowly(print) });
  print(
    `Knows ${counted(indexed.documents, 'sample document')} (${counted(indexed.passages, 'passage')}), read in ${duration(performance.now() - begun)}`,
  );
  for (const line of remarksOf(indexed)) print(line);
  for (const problem of indexed.problems) print(style.bad(`  ${foreignLine(problem)}`));
  return ask(client, { goal: question, collection }, { print });
}

/** Submits the question, over one collection or over all there are, and shows what becomes of it. */
export async function ask(
  client: WaybillClient,
  { goal, collection: from }: { goal: string; collection: string | undefined },
  { print, onFollow }: { print: Print; onFollow?: (taskId: string) => void },
): Promise<TaskView> {
  const { task_id: taskId } = await client.submit({ goal, ...(from !== undefined && { input: { collection: from } }) });
  onFollow?.(taskId);
  print('');
  print(`${style.strong('Task')} ${taskId}`);
  print(`  ${style.strong(foreignLine(goal))}`);
  const task = await followTask(client, taskId, print);
  printAnswer(task, print);
  return task;
}
