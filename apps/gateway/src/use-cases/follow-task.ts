/**
 * Opens and keeps the streams of this instance.
 * Promises: the end of a task is sent with the batch that brought it; other frames wait a few milliseconds for company, longer when many
 * streams are open; one timer serves all heartbeats; a stream that is over leaves nothing behind; after `close` none is opened.
 */
import { endedStatuses, PlatformError, topics } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { LiveTasks } from '../domain/live-tasks.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';
import type { FoundTask, ReadTasks } from './read-tasks.ts';
import { TaskStream, type StreamSink, type StreamSource, type StreamStart } from './task-stream.ts';

export interface FollowTaskParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly live: LiveTasks;
  readonly model: ReadModel;
  readonly reads: ReadTasks;
  readonly fresh: FreshReads;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  onHole(taskId: string, seq: number): void;
  /** Where a key lands. */
  partitionOf(key: string, partitions: number): number;
}

const readAtOnce = 500;
const sliceChars = 256 * 1024;
/** Into the store, of all streams together: thousands that were opened together must not hold up other reads. */
const looksABeat = 100;
/** How long frames gather, by how many streams are open: each write is a system call. */
const gatherMs = (streams: number): number => (streams <= 8 ? 1 : streams <= 32 ? 4 : streams <= 128 ? 40 : 100);

export class FollowTask implements StreamSource {
  readonly clock: Clock;
  readonly stallMs: number;
  readonly sliceChars = sliceChars;
  private readonly streams = new Map<TaskStream, () => void>();
  private dirty = new Set<TaskStream>();
  private ending: TaskStream[] = [];
  private cancelFlush: (() => void) | undefined;
  private cancelHeartbeat: (() => void) | undefined;
  private isClosed = false;

  constructor(private readonly parts: FollowTaskParts) {
    this.clock = parts.clock;
    this.stallMs = parts.stallMs;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** Answers `over` when the client has seen the end already. Throws `task_not_found`, and `invalid_cursor` for a place that does not exist. */
  async open(taskId: string, start: StreamStart, sink: StreamSink): Promise<TaskStream | 'over'> {
    let known = endOf(await this.parts.reads.find(taskId));
    if (start.after > known.last) known = await this.freshEndOf(taskId);
    if (known.ended && start.after >= known.last) return 'over';
    if (start.after > known.last) throw beyond(`The task has ${known.last} events so far.`);
    if (!known.ended && start.tokens) await this.refuseBeyond(taskId, start.tokenOffset ?? -1);
    // A connection that nobody would cut keeps the server from closing.
    if (this.isClosed) throw new PlatformError('unavailable', { detail: 'This instance stops.', retryAfterMs: 1_000 });
    return this.add(taskId, { ...start, known: known.last }, sink);
  }

  /** Sends what cannot wait; called after each batch of the tail. */
  flushEnding(): void {
    if (this.ending.length === 0) return;
    const { ending } = this;
    this.ending = [];
    for (const stream of ending) stream.pump();
  }

  closed(stream: TaskStream): void {
    this.streams.get(stream)?.();
    this.streams.delete(stream);
    this.dirty.delete(stream);
    if (this.streams.size > 0) return;
    this.cancelHeartbeat?.();
    this.cancelHeartbeat = undefined;
  }

  async read(taskId: string, seq: number): Promise<readonly string[]> {
    const { fresh, live, model } = this.parts;
    await fresh.wait(topics.planEvents);
    const texts = await model.eventsAfter(taskId, seq, readAtOnce, sliceChars);
    if (texts.length > 0) live.passed(taskId, seq + texts.length);
    return texts;
  }

  onHole(taskId: string, seq: number): void {
    this.parts.onHole(taskId, seq);
  }

  /** The clients resume elsewhere. */
  close(): void {
    this.isClosed = true;
    for (const stream of this.streams.keys()) stream.cut();
    this.cancelFlush?.();
  }

  /** No token would come until the log has passed that place. While it does not say where it ends the client is believed. */
  private async refuseBeyond(taskId: string, tokenOffset: number): Promise<void> {
    if (tokenOffset < 0) return;
    const { log, fresh } = this.parts;
    const ends = await fresh.inTime(log.endOffsets(topics.taskTokens)).catch(() => undefined);
    if (!ends) return;
    const end = ends[this.parts.partitionOf(taskId, ends.length)] ?? 0;
    if (tokenOffset >= end) throw beyond(`There is no token ${tokenOffset} yet.`);
  }

  /** Another instance may have shown what this one has not read yet; its tail may come later than the read model. */
  private async freshEndOf(taskId: string): Promise<TaskEnd> {
    const { fresh, model, reads } = this.parts;
    await fresh.wait(topics.planEvents);
    const stored = await model.findTask(taskId);
    const live = endOf(await reads.find(taskId));
    return stored && stored.lastSeq > live.last ? endOf({ stored }) : live;
  }

  /** A task that is not in memory (any more) gets a place there, so that what comes now is seen. */
  private add(taskId: string, start: StreamStart, sink: StreamSink): TaskStream {
    const task = this.parts.live.watch(taskId);
    const stream = new TaskStream(task, sink, this, start);
    const watcher = (): void => this.noteDown(stream);
    task.watchers.add(watcher);
    this.streams.set(stream, () => this.parts.live.unwatch(task, watcher));
    if (task.ended) stream.pump();
    else this.noteDown(stream);
    if (this.streams.size > 0) this.cancelHeartbeat ??= this.beatLater();
    return stream;
  }

  private noteDown(stream: TaskStream): void {
    if (stream.isEnding) {
      this.ending.push(stream);
      return;
    }
    this.dirty.add(stream);
    this.cancelFlush ??= this.clock.after(gatherMs(this.streams.size), () => this.flush());
  }

  private flush(): void {
    this.cancelFlush = undefined;
    const { dirty } = this;
    this.dirty = new Set();
    for (const stream of dirty) stream.pump();
  }

  private beatLater(): () => void {
    return this.clock.after(this.parts.heartbeatMs, () => {
      this.cancelHeartbeat = this.streams.size > 0 ? this.beatLater() : undefined;
      let looks = looksABeat;
      for (const stream of this.streams.keys()) if (stream.heartbeat(looks > 0)) looks -= 1;
    });
  }
}

interface TaskEnd {
  readonly last: number;
  readonly ended: boolean;
}

function endOf(task: FoundTask): TaskEnd {
  if ('live' in task) return { last: task.live.last, ended: task.live.ended };
  return { last: task.stored.lastSeq, ended: endedStatuses.has(task.stored.status) };
}

const beyond = (detail: string): PlatformError =>
  new PlatformError('invalid_cursor', { detail, pointer: 'Last-Event-ID' });
