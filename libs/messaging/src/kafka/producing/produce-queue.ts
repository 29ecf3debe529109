/**
 * Appends on their way to Kafka: whatever gathers while a produce is under way goes out together with the next one.
 * Promises: one produce at a time is under way for a partition, so that a retry never overtakes; records of a partition keep the order in which they came;
 * a partition waits at most a moment for the produces of others, and none of its own waits for a broker that does not lead it.
 */
import type { OutgoingMessage } from '@waybill/contracts';
import { Pause } from '../../back-off.ts';
import type { Position, TopicPartition } from '../../message-log.ts';
import { recordBytes } from '../../record-size.ts';

/** Records of one partition that go out together. */
export interface Produce {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly OutgoingMessage[];
}
/** Answers the offset of the first record of each, in their order. Rejects when any of them may not have been written. */
export type Send = (produces: readonly Produce[]) => Promise<readonly number[]>;

interface Append {
  readonly positions: Position[];
  left: number;
  resolve(positions: readonly Position[]): void;
  reject(error: unknown): void;
}
interface Entry {
  readonly message: OutgoingMessage;
  readonly append: Append;
  readonly at: number;
}

/** Of one partition in one produce; a broker takes 1 MiB and what a large record costs beside. */
const mostBytes = 1024 * 1024;
const mostRecords = 10_000;
/** Partitions in one produce: a broker takes 100 MiB at once, and breaks off a connection over which more comes. */
const mostPartitions = 64;
/** A request costs about a millisecond, however little is in it; but who waits for a slow broker must not hold up the others. */
const gatherMs = 10;

class Line {
  waiting: Entry[] = [];
  isBusy = false;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** At least one. */
  take(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (; count < Math.min(this.waiting.length, mostRecords); count += 1) {
      bytes += recordBytes(this.waiting[count]!.message) + 100;
      if (bytes > mostBytes && count > 0) break;
    }
    return this.waiting.splice(0, count);
  }

  /** What is left of appends that were rejected: whoever sends them again sends it too. */
  forget(appends: ReadonlySet<Append>): void {
    this.waiting = this.waiting.filter(({ append }) => !appends.has(append));
  }
}

export class ProduceQueue {
  private readonly lines = new Map<string, Line>();
  private readonly atRest: (() => void)[] = [];
  private isArmed = false;
  private underWay = 0;
  private gathering: Pause | undefined;

  /** `leaderOf`: as far as it is known. */
  constructor(
    private readonly send: Send,
    private readonly leaderOf: (partition: TopicPartition) => number | undefined = () => undefined,
  ) {}

  /** The messages know their partitions. */
  append(messages: readonly (OutgoingMessage & { partition: number })[]): Promise<readonly Position[]> {
    if (messages.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const append: Append = { positions: [], left: messages.length, resolve, reject };
      for (const [at, message] of messages.entries()) this.line(message).waiting.push({ message, append, at });
      this.arm();
    });
  }

  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.atRest.push(resolve));
  }

  private isIdle(): boolean {
    return [...this.lines.values()].every(({ isBusy, waiting }) => !isBusy && waiting.length === 0);
  }

  private line({ topic, partition }: { topic: string; partition: number }): Line {
    const name = `${topic}/${partition}`;
    const line = this.lines.get(name) ?? new Line(topic, partition);
    this.lines.set(name, line);
    return line;
  }

  /** What comes in while the event loop deals with one thing goes out together, before it turns to the next one; while a produce is under way it may wait a moment longer. */
  private arm(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    process.nextTick(() => void this.flush());
  }

  private async flush(): Promise<void> {
    if (this.underWay > 0) {
      this.gathering = new Pause();
      await this.gathering.wait(gatherMs);
    }
    this.isArmed = false;
    const ready = [...this.lines.values()].filter(({ isBusy, waiting }) => !isBusy && waiting.length > 0);
    for (const lines of Map.groupBy(ready, (line) => this.leaderOf(line)).values())
      while (lines.length > 0) void this.produce(lines.splice(0, mostPartitions));
  }

  private async produce(lines: readonly Line[]): Promise<void> {
    this.underWay += 1;
    const taken = lines.map((line) => {
      line.isBusy = true;
      return { line, entries: line.take() };
    });
    try {
      const first = await this.send(
        taken.map(({ line: { topic, partition }, entries }) => ({
          topic,
          partition,
          messages: entries.map(({ message }) => message),
        })),
      );
      for (const [index, { line, entries }] of taken.entries()) settle(line, entries, first[index]!);
    } catch (error) {
      const failed = new Set(taken.flatMap(({ entries }) => entries.map(({ append }) => append)));
      for (const append of failed) append.reject(error);
      for (const line of this.lines.values()) line.forget(failed);
    }
    this.ended(lines);
  }

  private ended(lines: readonly Line[]): void {
    for (const line of lines) line.isBusy = false;
    this.underWay -= 1;
    if (this.underWay === 0) this.gathering?.cut();
    if (lines.some(({ waiting }) => waiting.length > 0)) this.arm();
    else if (this.atRest.length > 0 && this.isIdle()) for (const resolve of this.atRest.splice(0)) resolve();
  }
}

function settle({ topic, partition }: Line, entries: readonly Entry[], firstOffset: number): void {
  for (const [index, { append, at }] of entries.entries()) {
    append.positions[at] = { topic, partition, offset: firstOffset + index };
    append.left -= 1;
    if (append.left === 0) append.resolve(append.positions);
  }
}
