/** How far the partitions of topics were read, and who waits for a place. */
import { PlatformError } from '@waybill/contracts';

interface Waiter {
  readonly topic: string;
  readonly ends: readonly number[];
  readonly resolve: () => void;
}
type After = (ms: number, callback: () => void) => () => void;

export class Positions {
  private readonly next = new Map<string, number[]>();
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly after: After) {}

  moved(topic: string, partition: number, nextOffset: number): void {
    let offsets = this.next.get(topic);
    if (!offsets) this.next.set(topic, (offsets = []));
    offsets[partition] = nextOffset;
    if (this.waiters.size === 0) return;
    for (const waiter of this.waiters) if (this.isReached(waiter.topic, waiter.ends)) waiter.resolve();
  }

  async waitFor(topic: string, ends: readonly number[], timeoutMs: number): Promise<void> {
    if (this.isReached(topic, ends)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { topic, ends, resolve };
    this.waiters.add(waiter);
    const cancel = this.after(timeoutMs, () =>
      reject(new PlatformError('timeout', { detail: `${topic} was not read to its end in time.` })),
    );
    try {
      await promise;
    } finally {
      cancel();
      this.waiters.delete(waiter);
    }
  }

  private isReached(topic: string, ends: readonly number[]): boolean {
    const offsets = this.next.get(topic) ?? [];
    return ends.every((end, partition) => end === 0 || (offsets[partition] ?? 0) >= end);
  }
}
