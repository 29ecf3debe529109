/** Follows a task to its end, one line an event, and answers what became of it. */
import type { TaskView } from '@waybill/contracts';
import { mayPass, onceASecond, type WaybillClient } from '@waybill/client';
import { answerText } from './answer.ts';
import { foreignText } from './foreign-text.ts';
import { style } from './style.ts';
import { TaskProgress } from './task-progress.ts';

export type Print = (line: string) => void;

export async function followTask(client: WaybillClient, taskId: string, print: Print): Promise<TaskView> {
  const progress = new TaskProgress();
  for (let after = 0, failures = 0; ;) {
    for await (const frame of client.follow(taskId, { after })) {
      if (frame.kind !== 'event') continue;
      after = frame.event.seq;
      for (const line of progress.linesFor(frame.event)) print(line);
    }
    try {
      return await client.task(taskId);
    } catch (error) {
      // Otherwise the stream, which is over, finds where the platform is now.
      if (!mayPass(error) || !(await onceASecond((failures += 1)))) throw error;
    }
  }
}

/** What people came for; nothing when the task did not complete. */
export function printAnswer(task: TaskView, print: Print): void {
  if (task.status !== 'completed') return;
  print('');
  print(style.strong('Answer'));
  print('');
  for (const line of foreignText(answerText(task.output)).split('\n')) print(line === '' ? '' : `  ${line}`);
  print('');
}
