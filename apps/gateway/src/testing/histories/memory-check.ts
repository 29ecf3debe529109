/** What a gateway's memory holds, counted anew. */
import type { LiveTask } from '../../domain/live-task.ts';
import type { LiveTasks } from '../../domain/live-tasks.ts';

/** Undefined: what is counted is what is held, and what nobody watches is no more than may be held. */
export function checkMemory(live: LiveTasks, taskIds: readonly string[], maxBytes: number): string | undefined {
  const tasks = taskIds.flatMap((taskId) => live.find(taskId) ?? []);
  const held = tasks.map(bytesOf);
  const sum = held.reduce((all, bytes) => all + bytes, 0);
  if (tasks.length !== live.size) return `holds ${live.size} tasks, of which ${tasks.length} are known`;
  if (sum !== live.bytes) return `counts ${live.bytes} bytes and holds ${sum}`;
  const idle = tasks.filter((task) => task.watchers.size === 0);
  const unwatched = idle.reduce((all, task) => all + task.bytes, 0);
  const largest = Math.max(0, ...idle.map(({ bytes }) => bytes));
  if (unwatched > maxBytes + largest) return `holds ${unwatched} bytes of what nobody watches`;
  return undefined;
}

function bytesOf(task: LiveTask): number {
  const texts = task.texts.reduce((all, text) => all + text.length + 32, 0);
  const tokens = task.tokensAfter(-1).reduce((all, token) => all + token.text.length + 64, 0);
  return 400 + texts + tokens + (task.submitted?.length ?? 0);
}
