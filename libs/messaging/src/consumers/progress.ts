/** How far the records of topics were handled, and who waits for it (read-your-writes). */
import { PlatformError } from '@waybill/contracts';
import type { Clock } from '../clock.ts';
import type { Position, TopicPartition } from '../message-log.ts';

interface Waiter {
  readonly missing: Map<string, number>;
  readonly resolve: () => void;
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

export class Progress {
  #applied = new Map<string, Position>();
  #waiters = new Set<Waiter>();

  constructor(private readonly clock: Clock) {}

  /** The next offsets, as far as they are known here. */
  get positions(): readonly Position[] {
    return [...this.#applied.values()];
  }

  moved(positions: readonly Position[]): void {
    for (const position of positions) this.#applied.set(keyOf(position), position);
    for (const waiter of this.#waiters) if (this.#isOver(waiter)) waiter.resolve();
  }

  forget(partition: TopicPartition): void {
    this.#applied.delete(keyOf(partition));
  }

  /** Resolves when everything below the end offsets (by partition) was handled; rejects with `timeout`. */
  async waitFor(topic: string, endOffsets: readonly number[], timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const missing = new Map(endOffsets.map((offset, partition) => [keyOf({ topic, partition }), offset]));
    const waiter = { missing, resolve };
    if (this.#isOver(waiter)) return;
    const cancel = this.clock.after(timeoutMs, () =>
      reject(
        new PlatformError('timeout', { detail: `${topic} was not handled up to its end within ${timeoutMs} ms.` }),
      ),
    );
    this.#waiters.add(waiter);
    try {
      await promise;
    } finally {
      cancel();
      this.#waiters.delete(waiter);
    }
  }

  /** Whether somebody waits for this partition. */
  isAwaited(partition: TopicPartition): boolean {
    const key = keyOf(partition);
    for (const waiter of this.#waiters) if (waiter.missing.has(key)) return true;
    return false;
  }

  #isOver({ missing }: Waiter): boolean {
    for (const [key, offset] of missing) {
      if (offset > 0 && (this.#applied.get(key)?.offset ?? 0) < offset) return false;
      missing.delete(key);
    }
    return true;
  }
}
