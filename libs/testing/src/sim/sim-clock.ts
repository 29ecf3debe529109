/**
 * Simulated time: one queue of what happens next.
 * Promises: what is due at the same time happens in the order in which it was planned; between two happenings all promises that can
 * settle have settled, so the order of the code under test depends on the queue alone.
 */
import TinyQueue from 'tinyqueue';

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
  isCancelled: boolean;
}

/** The first moment of every world: 2026-01-01. */
const beginning = 1_767_225_600_000;

export class Timeline {
  /** ms since 1970, with fractions. */
  now = beginning;
  /** Happenings so far. */
  steps = 0;
  /** For how long one of them held its thread. */
  longestMs = 0;
  private planned = 0;
  private readonly queue = new TinyQueue<Happening>([], (a, b) => a.at - b.at || a.order - b.order);

  get elapsedMs(): number {
    return this.now - beginning;
  }

  /** Answers how to call it off. */
  after(ms: number, work: () => void): () => void {
    const happening: Happening = {
      at: this.now + Math.max(0, ms),
      order: (this.planned += 1),
      work,
      isCancelled: false,
    };
    this.queue.push(happening);
    return () => {
      happening.isCancelled = true;
    };
  }

  /** Runs the next happening and everything that follows from it at once; answers false when nothing is left. */
  async step(): Promise<boolean> {
    let next = this.queue.pop();
    while (next?.isCancelled) next = this.queue.pop();
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    this.steps += 1;
    const begun = this.now;
    next.work();
    await settled();
    this.longestMs = Math.max(this.longestMs, this.now - begun);
    return true;
  }
}

/** A macrotask without a timer: by then every microtask has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
