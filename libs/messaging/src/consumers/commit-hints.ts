/**
 * Moves the group's positions behind the work: the latest of each partition, one commit at a time.
 * A position is a hint, so a commit that fails is reported and forgotten; the next one says more.
 */
import type { Clock } from '../clock.ts';
import type { CommittedPosition } from '../message-log.ts';

/** Asked when the commit is sent, so that it is the latest; undefined when there is nothing to say. */
export type PositionSource = () => CommittedPosition | undefined;

export interface CommitHintsOptions {
  readonly clock: Clock;
  /** The least time between two commits. */
  readonly everyMs: number;
  commit(positions: readonly CommittedPosition[]): Promise<void>;
  onError(error: unknown): void;
}

export class CommitHints {
  #moved = new Map<string, PositionSource>();
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(private readonly options: CommitHintsOptions) {}

  note(key: string, source: PositionSource): void {
    this.#moved.set(key, source);
    if (this.#sending || this.#cancelTimer) return;
    this.#cancelTimer = this.options.clock.after(this.options.everyMs, () => {
      this.#cancelTimer = undefined;
      void this.flush();
    });
  }

  /** For a partition that is no longer ours. */
  forget(key: string): void {
    this.#moved.delete(key);
  }

  /** Sends what there is; resolves when it was taken or has failed. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#sending) await this.#sending;
    if (this.#moved.size === 0) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
      for (const [key, source] of this.#moved) this.note(key, source);
    });
    await this.#sending;
  }

  async #send(): Promise<void> {
    const positions = [...this.#moved.values()].map((source) => source()).filter((position) => position !== undefined);
    this.#moved.clear();
    try {
      if (positions.length > 0) await this.options.commit(positions);
    } catch (error) {
      this.options.onError(error);
    }
  }
}
