/** What the two played brokers hold, and fetches that wait for more of it. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Asked {
  readonly partition: number;
  readonly from: number;
}

export class PlayedRecords {
  private readonly records: object[][] = [[], []];
  private readonly starts = [0, 0];
  private readonly waiting = new Set<() => void>();

  of(partition: number): readonly object[] {
    return this.records[partition]!;
  }

  append(partition: number, value: string): void {
    const of = this.records[partition]!;
    const headers = { ce_id: value };
    of.push({ offset: String(of.length), timestamp: '0', key: Buffer.from('k'), value: Buffer.from(value), headers });
    this.wake();
  }

  bounds(partition: number): { low: string; high: string } {
    return { low: String(this.starts[partition]), high: String(this.of(partition).length) };
  }

  expire(partition: number, start: number): void {
    this.starts[partition] = start;
    this.wake();
  }

  shorten(partition: number, end: number): void {
    this.records[partition]!.length = end;
    this.wake();
  }

  wake(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  has(asked: readonly Asked[]): boolean {
    return asked.some(({ partition, from }) => this.records[partition]!.length > from);
  }

  async until(holds: () => boolean, ms: number): Promise<void> {
    const limit = new AbortController();
    let isLate = false;
    const late = sleep(ms, undefined, { signal: limit.signal }).then(
      () => void (isLate = true),
      () => undefined,
    );
    while (!holds() && !isLate) await Promise.race([late, new Promise<void>((resolve) => this.waiting.add(resolve))]);
    limit.abort();
  }

  outside(asked: readonly Asked[]): Asked | undefined {
    return asked.find(
      ({ partition, from }) => from > this.records[partition]!.length || from < this.starts[partition]!,
    );
  }
}
