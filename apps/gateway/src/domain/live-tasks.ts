/**
 * The recent tasks, bounded in bytes: the ones that were heard of longest ago go first.
 * Promise: a task that somebody watches stays whole for its watchers, also when it was put out.
 */
import { seqOf } from './event-text.ts';
import { LiveTask, type Applied, type LiveToken } from './live-task.ts';

export class LiveTasks {
  private readonly tasks = new Map<string, LiveTask>();
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.tasks.size;
  }

  find(taskId: string): LiveTask | undefined {
    return this.tasks.get(taskId);
  }

  /** Makes a place for a task that is not held; its events are in the store. */
  watch(taskId: string): LiveTask {
    return this.change(taskId, () => undefined);
  }

  submit(taskId: string, text: string): LiveTask {
    return this.change(taskId, (task) => task.submit(text));
  }

  /** The text's `seq` decides; a text without one is passed over. */
  apply(taskId: string, type: string, text: string): Applied | 'unreadable' {
    const seq = seqOf(text);
    if (Number.isNaN(seq)) return 'unreadable';
    let outcome: Applied = 'old';
    const task = this.change(taskId, (found) => (outcome = found.apply(seq, type, text)));
    if (outcome !== 'old' && task.watchers.size > 0) task.tell();
    return outcome;
  }

  addToken(taskId: string, token: LiveToken): void {
    const task = this.change(taskId, (found) => found.addToken(token));
    if (task.watchers.size > 0) task.tell();
  }

  private change(taskId: string, apply: (task: LiveTask) => void): LiveTask {
    let task = this.tasks.get(taskId);
    const before = task?.bytes ?? 0;
    if (task === undefined) {
      task = new LiveTask(taskId);
      this.tasks.set(taskId, task);
    }
    apply(task);
    this.held += task.bytes - before;
    if (this.held > this.maxBytes) this.makeRoom(task);
    return task;
  }

  /** Watched tasks, and the one that is being touched, go to the end instead; one round at most. */
  private makeRoom(touched: LiveTask): void {
    let left = this.tasks.size;
    for (const [taskId, task] of this.tasks) {
      if (this.held <= this.maxBytes * 0.9 || left-- === 0) return;
      this.tasks.delete(taskId);
      if (task === touched || task.watchers.size > 0) this.tasks.set(taskId, task);
      else this.held -= task.bytes;
    }
  }
}
