/** Follows a task to its end, one line an event, and answers what became of it. */
import type { TaskView } from '@waybill/contracts';
import type { WaybillClient } from '@waybill/client';
import { answerText } from './answer.ts';
import { style } from './style.ts';
import { TaskProgress } from './task-progress.ts';

export type Print = (line: string) => void;

export async function followTask(client: WaybillClient, taskId: string, print: Print): Promise<TaskView> {
  const progress = new TaskProgress();
  for await (const frame of client.follow(taskId)) {
    if (frame.kind === 'event') for (const line of progress.linesFor(frame.event)) print(line);
  }
  return client.task(taskId);
}

/** What people came for; nothing when the task did not complete. */
export function printAnswer(task: TaskView, print: Print): void {
  if (task.status !== 'completed') return;
  print('');
  print(style.strong('Answer'));
  print('');
  for (const line of answerText(task.output).split('\n')) print(`  ${line}`);
  print('');
}
