/** A clock that stands still until a spec moves it. */
import type { Clock } from '@waybill/messaging';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #timers = new Set<Timer>();

  constructor(private time = 1_700_000_000_000) {}

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** ms until the next callback; undefined when nothing waits. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next && Math.max(0, next.at - this.time);
  }

  /** Calls back what is due within the time, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.time = Math.max(this.time, next.at);
      this.#timers.delete(next);
      next.callback();
    }
    this.time = end;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer;
    return next;
  }
}
