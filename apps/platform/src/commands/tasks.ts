/** `waybill tasks | watch | cancel`: looking at tasks, and ending them. */
import { followTask, printAnswer } from '../terminal/follow-task.ts';
import { shorten, style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';

export const tasks: Command = {
  summary: 'List tasks, newest first',
  usage: 'tasks [--status STATUS] [--limit N]',
  async run(args, { connect, print }) {
    const options = { status: { type: 'string' }, limit: { type: 'string', default: '20' } } as const;
    const { values } = readArguments(args, options, { count: 0, usage: this.usage });
    const client = await connect();
    const page = await client.tasks({
      limit: values.limit,
      ...(values.status !== undefined && { status: values.status }),
    });
    for (const task of page.items) {
      const what = shorten(task.goal ?? task.workflow ?? '(inline definition)', 70);
      print(`${task.task_id}  ${task.created_at}  ${task.status.padEnd(10)}  ${what}`);
    }
    if (page.items.length === 0) print(style.faint('No tasks.'));
    return 0;
  },
};

export const watch: Command = {
  summary: 'Show a task from its first event to its end',
  usage: 'watch TASK_ID',
  async run(args, { connect, print, onFollow }) {
    const { words } = readArguments(args, {}, { count: 1, usage: this.usage });
    const client = await connect();
    onFollow(words[0]!);
    const task = await followTask(client, words[0]!, print);
    printAnswer(task, print);
    return task.status === 'completed' ? 0 : 1;
  },
};

export const cancel: Command = {
  summary: 'End a task now',
  usage: 'cancel TASK_ID [--reason TEXT]',
  async run(args, { connect, print }) {
    const { values, words } = readArguments(args, { reason: { type: 'string' } } as const, {
      count: 1,
      usage: this.usage,
    });
    const client = await connect();
    const task = await client.cancel(words[0]!, values.reason);
    print(`${task.task_id} ${task.status}`);
    return 0;
  },
};
