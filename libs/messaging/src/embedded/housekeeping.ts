/** Retention and compaction of all topics, soon after opening and every few minutes; one small transaction after the other, so that nobody waits for it. */
import { topicSpec } from '@waybill/contracts';
import type { Compaction } from './compaction.ts';
import type { LogPartition } from './log-partition.ts';
import type { Retention } from './retention.ts';

export interface HousekeepingParts {
  readonly retention: Retention;
  readonly compaction: Compaction;
  readonly partitions: () => Iterable<readonly LogPartition[]>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const firstAfterMs = 5_000;
const everyMs = 120_000;

export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
    this.#later(firstAfterMs);
  }

  /** Until nothing is left to do. */
  run(): Promise<void> {
    this.#running ??= this.#all().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.run()
        .catch(this.#parts.onError)
        .finally(() => !this.#closed && this.#later(everyMs))
        .catch(this.#parts.onError);
    }, ms).unref();
  }

  async #all(): Promise<void> {
    const { partitions, retention, compaction, now } = this.#parts;
    for (const partition of [...partitions()].flat()) {
      for (let more = true; more && !this.#closed;) more = await retention.step(partition, now());
      if (this.#closed) return;
      if (topicSpec(partition.topic).class === 'compacted') await compaction.run(partition, now());
    }
  }
}
