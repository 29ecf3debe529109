/** How far the records of topics were handled, and who waits for it (read-your-writes). */
import { PlatformError } from '@waybill/contracts';
import type { Clock } from '../clock.ts';
import type { Position, TopicPartition } from '../message-log.ts';

interface Waiter {
  readonly topic: string;
  readonly endOffsets: readonly number[];
  readonly resolve: () => void;
}

export class Progress {
  /** The next offset by topic and partition. */
  readonly #next = new Map<string, (number | undefined)[]>();
  readonly #waiters = new Set<Waiter>();

  constructor(private readonly clock: Clock) {}

  /** The next offsets, as far as they are known here. */
  get positions(): readonly Position[] {
    return [...this.#next].flatMap(([topic, offsets]) =>
      offsets.flatMap((offset, partition) => (offset === undefined ? [] : [{ topic, partition, offset }])),
    );
  }

  /** Everything below was handled; who says so late may say less than is known. */
  moved(position: Position): void {
    if (position.offset > this.#offsetOf(position.topic, position.partition)) this.begins(position);
  }

  /** Handling goes on there, wherever it was before. */
  begins({ topic, partition, offset }: Position): void {
    let offsets = this.#next.get(topic);
    if (!offsets) this.#next.set(topic, (offsets = []));
    offsets[partition] = offset;
    for (const waiter of this.#waiters) if (this.isReached(waiter.topic, waiter.endOffsets)) waiter.resolve();
  }

  forget({ topic, partition }: TopicPartition): void {
    const offsets = this.#next.get(topic);
    if (offsets) offsets[partition] = undefined;
  }

  /** Whether everything below the end offsets (by partition) was handled. */
  isReached(topic: string, endOffsets: readonly number[]): boolean {
    return endOffsets.every((end, partition) => end <= this.#offsetOf(topic, partition));
  }

  /** Resolves when everything below the end offsets (by partition) was handled; rejects with `timeout`. */
  async waitFor(topic: string, endOffsets: readonly number[], timeoutMs: number): Promise<void> {
    if (this.isReached(topic, endOffsets)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { topic, endOffsets, resolve };
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
  isAwaited({ topic, partition }: TopicPartition): boolean {
    const offset = this.#offsetOf(topic, partition);
    for (const waiter of this.#waiters) {
      if (waiter.topic === topic && (waiter.endOffsets[partition] ?? 0) > offset) return true;
    }
    return false;
  }

  #offsetOf(topic: string, partition: number): number {
    return this.#next.get(topic)?.[partition] ?? 0;
  }
}
