/**
 * The recent tasks, bounded in bytes. Those that have ended get a part of it, for the reads that follow an end: they never push out a task that
 * runs. Of each kind the ones that were heard of longest ago go first.
 * Promise: a task that somebody watches stays whole for its watchers, also when it was put out.
 */
import { seqOf } from './event-text.ts';
import { FarthestSeqs } from './farthest-seqs.ts';
import { LiveTask, type Applied, type LiveToken, type Watcher } from './live-task.ts';
import { TaskShelf } from './task-shelf.ts';

const endedShare = 0.25;
/** Of what a shelf may hold. */
const slack = 0.1;

export class LiveTasks {
  private readonly running: TaskShelf;
  private readonly ended: TaskShelf;
  private readonly farthest = new FarthestSeqs();

  constructor(private readonly maxBytes: number) {
    this.running = new TaskShelf(maxBytes * slack);
    this.ended = new TaskShelf(maxBytes * endedShare * slack);
  }

  get bytes(): number {
    return this.running.bytes + this.ended.bytes;
  }

  get size(): number {
    return this.running.size + this.ended.size;
  }

  find(taskId: string): LiveTask | undefined {
    return this.running.find(taskId) ?? this.ended.find(taskId);
  }

  /** Makes a place for a task that is not held; its events are in the store. */
  watch(taskId: string): LiveTask {
    const task = this.open(taskId);
    this.count(task, task.bytes);
    return task;
  }

  submit(taskId: string, text: string): LiveTask {
    const task = this.open(taskId);
    const { bytes } = task;
    task.submit(text);
    this.count(task, bytes);
    return task;
  }

  /** Nobody knows whether it was taken in: only its events will tell. */
  withdraw(taskId: string): void {
    const task = this.running.find(taskId);
    if (task?.texts.length === 0) this.putOut(task);
  }

  /** The watcher hears no more; a place that was made for it alone is free again. */
  unwatch(task: LiveTask, watcher: Watcher): void {
    task.watchers.delete(watcher);
    if (task.isEmpty) this.putOut(task);
    if (task.watchers.size > 0) return;
    (task.ended ? this.ended : this.running).release(task);
    this.makeRoom(task);
  }

  /** The store has a task so far: what memory hears of it below that comes again. */
  passed(taskId: string, seq: number): void {
    this.farthest.note(taskId, seq);
  }

  /** It was further before. */
  isBehind(task: LiveTask): boolean {
    return task.last < this.farthest.of(task.taskId);
  }

  /** Unless it is watched, or another one has taken its place meanwhile. */
  putOut(task: LiveTask): void {
    const isHere = this.running.find(task.taskId) === task;
    if (isHere && task.watchers.size === 0) this.running.remove(task.taskId, task.bytes);
  }

  /** The text's `seq` decides; a text without one is passed over. */
  apply(taskId: string, type: string, text: string): Applied | 'unreadable' {
    const seq = seqOf(text);
    if (Number.isNaN(seq)) return 'unreadable';
    const task = this.open(taskId);
    const { bytes } = task;
    const outcome = task.apply(seq, type, text);
    this.count(task, bytes);
    if (outcome !== 'old') task.tell();
    return outcome;
  }

  addToken(taskId: string, token: LiveToken): void {
    const task = this.open(taskId);
    const { bytes } = task;
    task.addToken(token);
    this.count(task, bytes);
    task.tell();
  }

  private open(taskId: string): LiveTask {
    return this.find(taskId) ?? this.running.put(new LiveTask(taskId));
  }

  /** After a change of a task that was counted with so many bytes. */
  private count(task: LiveTask, before: number): void {
    if (task.ended && this.running.remove(task.taskId, before)) this.ended.put(task);
    else (task.ended ? this.ended : this.running).grow(task.bytes - before);
    this.makeRoom(task);
  }

  private makeRoom(touched: LiveTask): void {
    for (const task of this.ended.makeRoom(this.maxBytes * endedShare, touched)) this.passed(task.taskId, task.last);
    for (const task of this.running.makeRoom(this.maxBytes - this.ended.bytes, touched))
      this.passed(task.taskId, task.last);
  }
}
