/**
 * Copies the write-ahead log into the file: a little at a time under load, the rest when nothing is written.
 * Measured: 2 ms for each MB, most of it the sync; so 4 MB hold the event loop for 8 ms, SQLite's own threshold, but after the commit was answered.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const thresholdPages = 1_000;
/** How many commits may pass before the log's length is looked at again (that costs 40 microseconds). */
const commitsPerLook = 16;
const idleMs = 500;

export class Checkpoints {
  readonly #db: DatabaseSync;
  readonly #look: StatementSync;
  readonly #passive: StatementSync;
  #commits = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** After each transaction. */
  wrote(): void {
    this.#commits += 1;
    if (this.#commits % commitsPerLook === 0 && this.#pages() >= thresholdPages) this.#run();
    this.#idle ??= setTimeout(() => this.#whenIdle(this.#commits), idleMs).unref();
  }

  close(): void {
    clearTimeout(this.#idle);
  }

  #whenIdle(commitsThen: number): void {
    this.#idle = undefined;
    if (this.#commits === commitsThen) this.#run();
    else this.#idle = setTimeout(() => this.#whenIdle(this.#commits), idleMs).unref();
  }

  #pages(): number {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  }

  /** A failure costs nothing: the log stays where it is and the next commit that cannot be written says why. */
  #run(): void {
    try {
      if (this.#db.isOpen) this.#passive.get();
    } catch {
      this.#commits = 0;
    }
  }
}
