/**
 * Tasks in the order in which they came, and what they are counted with.
 * Promise: however many of them are watched, what room costs does not grow with each event: they are looked through again when a tenth was added.
 */
import type { LiveTask } from './live-task.ts';

const nothing: readonly LiveTask[] = [];

export class TaskShelf {
  bytes = 0;
  private readonly tasks = new Map<string, LiveTask>();
  /** Of it, what had to stay when they were looked through last, and still has to. */
  private kept = 0;
  /** Of it, the one that nobody watches and that was touched just then, and with how many bytes. */
  private spared: { readonly task: LiveTask; readonly bytes: number } | undefined;

  /** `slackBytes`: a tenth of what it may hold. */
  constructor(private readonly slackBytes: number) {}

  get size(): number {
    return this.tasks.size;
  }

  find(taskId: string): LiveTask | undefined {
    return this.tasks.get(taskId);
  }

  put(task: LiveTask): LiveTask {
    this.tasks.set(task.taskId, task);
    this.bytes += task.bytes;
    return task;
  }

  /** A task that is here is counted with so many more. */
  grow(bytes: number): void {
    this.bytes += bytes;
    if (bytes < 0) this.kept += bytes;
  }

  /** False: it is not here. */
  remove(taskId: string, bytes: number): boolean {
    const isHere = this.tasks.delete(taskId);
    if (!isHere) return false;
    this.bytes -= bytes;
    this.kept -= bytes;
    return true;
  }

  /** It is watched no longer, so it may go. */
  release(task: LiveTask): void {
    if (this.tasks.get(task.taskId) === task) this.kept -= task.bytes;
  }

  /** Answers what was put out. Watched tasks, and the one that is being touched, go to the end instead; one round at most. */
  makeRoom(maxBytes: number, touched: LiveTask): readonly LiveTask[] {
    if (this.spared && this.spared.task !== touched) this.spare(undefined);
    if (this.bytes <= Math.max(maxBytes, this.kept + this.slackBytes)) return nothing;
    const out: LiveTask[] = [];
    let left = this.tasks.size;
    this.kept = 0;
    this.spared = undefined;
    for (const [taskId, task] of this.tasks) {
      if (left-- === 0 || this.bytes <= maxBytes - this.slackBytes) break;
      this.tasks.delete(taskId);
      if (task.watchers.size > 0) this.keep(task);
      else if (task === touched) this.spare(task);
      else {
        this.bytes -= task.bytes;
        out.push(task);
      }
    }
    return out;
  }

  private keep(task: LiveTask): void {
    this.tasks.set(task.taskId, task);
    this.kept += task.bytes;
  }

  /** Until another one is touched. */
  private spare(task: LiveTask | undefined): void {
    if (this.spared) this.kept -= this.spared.bytes;
    this.spared = task && { task, bytes: task.bytes };
    if (task) this.keep(task);
  }
}
