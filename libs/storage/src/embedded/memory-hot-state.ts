/**
 * Hot state in the memory of one process. Promises: nothing is answered after its time; over `maxEntries` the oldest entry makes room.
 */
import { PlatformError } from '@waybill/contracts';
import type { HotState } from '../hot-state.ts';

export interface MemoryHotStateOptions {
  /** ms since any fixed moment. */
  readonly now: () => number;
  readonly maxEntries?: number;
}
interface Entry {
  readonly value: string;
  readonly endsAt: number;
}

export class MemoryHotState implements HotState {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #maxEntries: number;

  constructor({ now, maxEntries = 10_000 }: MemoryHotStateOptions) {
    this.#now = now;
    this.#maxEntries = maxEntries;
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#find(key)?.value);
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#entries.delete(key); // so that it is the youngest
    this.#put(key, { value, endsAt: this.#now() + ttlMs });
    return Promise.resolve();
  }

  async increment(key: string, by: number, ttlMs: number): Promise<number> {
    const known = this.#find(key);
    const count = Number(known?.value ?? 0) + by;
    if (!Number.isSafeInteger(count)) throw new PlatformError('invalid_request', { detail: `${key} is no counter.` });
    this.#put(key, { value: String(count), endsAt: known?.endsAt ?? this.#now() + ttlMs });
    return Promise.resolve(count);
  }

  close(): Promise<void> {
    this.#entries.clear();
    return Promise.resolve();
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.endsAt > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#maxEntries) return;
    this.#dropEnded();
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) return;
      this.#entries.delete(oldest);
    }
  }

  /** A look at a few of the oldest, so that one `set` never costs a walk over all. */
  #dropEnded(): void {
    const now = this.#now();
    let looks = 16;
    for (const [key, { endsAt }] of this.#entries) {
      if (endsAt <= now) this.#entries.delete(key);
      if ((looks -= 1) === 0) return;
    }
  }
}
