/** Tasks in the order in which they came, and what they are counted with. */
import type { LiveTask } from './live-task.ts';

export class TaskShelf {
  bytes = 0;
  private readonly tasks = new Map<string, LiveTask>();

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

  /** False: it is not here. */
  remove(taskId: string, bytes: number): boolean {
    const isHere = this.tasks.delete(taskId);
    if (isHere) this.bytes -= bytes;
    return isHere;
  }

  /** Watched tasks, and the one that is being touched, go to the end instead; one round at most. */
  makeRoom(maxBytes: number, touched: LiveTask): void {
    if (this.bytes <= maxBytes) return;
    let left = this.tasks.size;
    for (const [taskId, task] of this.tasks) {
      if (this.bytes <= maxBytes * 0.9 || left-- === 0) return;
      this.tasks.delete(taskId);
      if (task === touched || task.watchers.size > 0) this.tasks.set(taskId, task);
      else this.bytes -= task.bytes;
    }
  }
}
