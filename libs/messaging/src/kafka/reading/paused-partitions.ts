/**
 * Partitions that get nothing for now. The reader is told of a pause late: a fetch that waits for records does not take in a partition that is resumed
 * meanwhile, so a pause of a millisecond would cost as long as a fetch waits. What comes for a paused partition is kept for a moment instead.
 */
import { Pause } from '../../back-off.ts';
import type { TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';

/** Nothing else is fetched of that broker while a batch is kept. */
const keptMs = 100;

interface Paused {
  readonly kept: Pause;
  /** Nothing of it is fetched any more. */
  isStopped: boolean;
}

export interface Fetches {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
}

export class PausedPartitions {
  private readonly paused = new Map<string, Paused>();

  constructor(private readonly fetches: Fetches) {}

  pause(partition: TopicPartition): void {
    const name = nameOf(partition);
    if (!this.paused.has(name)) this.paused.set(name, { kept: new Pause(), isStopped: false });
  }

  resume(partition: TopicPartition): void {
    const paused = this.paused.get(nameOf(partition));
    if (!paused) return;
    this.paused.delete(nameOf(partition));
    if (paused.isStopped) this.fetches.resume([partition]);
    paused.kept.cut();
  }

  /** All are as if they had never been paused; the reader is not told. */
  clear(): void {
    const all = [...this.paused.values()];
    this.paused.clear();
    for (const { kept } of all) kept.cut();
  }

  /** For a batch that has come. False: not resumed in time, so it is to be fetched again. */
  async whenResumed(partition: TopicPartition): Promise<boolean> {
    for (;;) {
      const paused = this.paused.get(nameOf(partition));
      if (!paused) return true;
      await paused.kept.wait(keptMs);
      if (this.paused.get(nameOf(partition)) !== paused) continue;
      paused.isStopped = true;
      this.fetches.pause([partition]);
      return false;
    }
  }
}
