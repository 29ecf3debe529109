/**
 * Moves the group's positions behind the work: the latest of each partition, one commit at a time.
 * A position is a hint, so a commit that fails is reported and forgotten; the next one says more.
 */
import type { Clock } from '../clock.ts';
import type { CommittedPosition } from '../message-log.ts';
import { waitAtMost } from './backoff.ts';

/** One or several partitions that are held here. Asked when the commit is sent, so that it is the latest. */
export interface PositionSource {
  readonly positions: readonly CommittedPosition[];
}

export interface CommitHintsOptions {
  readonly clock: Clock;
  /** The least time between two commits. */
  readonly everyMs: number;
  commit(positions: readonly CommittedPosition[]): Promise<void>;
  onError(error: unknown): void;
}

/** A group waits for a silent member about as long. */
const lastMs = 6_000;

export class CommitHints {
  #moved = new Set<PositionSource>();
  #sending: Promise<void> | undefined;
  /** Was waited for in vain. */
  #silent: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(private readonly options: CommitHintsOptions) {}

  note(source: PositionSource): void {
    this.#moved.add(source);
    if (this.#sending || this.#cancelTimer) return;
    this.#cancelTimer = this.options.clock.after(this.options.everyMs, () => {
      this.#cancelTimer = undefined;
      void this.flush();
    });
  }

  /** For what is no longer ours. */
  forget(source: PositionSource): void {
    this.#moved.delete(source);
  }

  /** Sends what there is; resolves when it was taken or has failed. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#sending) await this.#sending;
    if (this.#moved.size === 0) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
      for (const source of this.#moved) this.note(source);
    });
    await this.#sending;
  }

  /** Before partitions are given up, which waits for no group that does not answer: what it did not take is done again by who has them next. */
  async last(): Promise<void> {
    if (this.#silent && this.#silent === this.#sending) return;
    if (!(await waitAtMost(this.options.clock, lastMs, this.flush()))) this.#silent = this.#sending;
  }

  async #send(): Promise<void> {
    const positions = [...this.#moved].flatMap((source) => source.positions);
    this.#moved.clear();
    try {
      if (positions.length > 0) await this.options.commit(positions);
    } catch (error) {
      this.options.onError(error);
    }
  }
}
