/**
 * Copies the write-ahead log into the file: under load in a thread of its own, the rest when nothing is written.
 * Measured: 2 ms for each MB, most of it the sync. The thread never gets all of it while others write, and only a log that was copied whole is begun anew;
 * so a log that has grown long gets its last part, which is little, copied here.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CheckpointThread } from './checkpoint-thread.ts';

const thresholdPages = 1_000;
/** From this length on the log is begun anew: before it is as long as its file. */
const longPages = 3_500;
/** The disk is slower than the writers: they wait. */
const mostPages = 16_000;
/** How many commits may pass before the log's length is looked at again (that costs 40 microseconds). */
const commitsPerLook = 16;
const idleMs = 500;

export class Checkpoints {
  readonly #db: DatabaseSync;
  readonly #look: StatementSync;
  readonly #passive: StatementSync;
  readonly #thread: CheckpointThread;
  #commits = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(db: DatabaseSync, file: string) {
    this.#db = db;
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#thread = new CheckpointThread(file);
  }

  /** After each transaction. */
  wrote(): void {
    this.#commits += 1;
    if (this.#commits % commitsPerLook === 0) this.#relieve();
    this.#idle ??= setTimeout(() => this.#whenIdle(this.#commits), idleMs).unref();
  }

  /** While everybody waits. */
  copyAll(): void {
    this.#run();
  }

  close(): Promise<void> {
    clearTimeout(this.#idle);
    return this.#thread.close();
  }

  #relieve(): void {
    const { left } = this.#pages();
    if (left >= mostPages) this.#run();
    else if (left >= thresholdPages) this.#runBeside();
  }

  #whenIdle(commitsThen: number): void {
    this.#idle = undefined;
    if (this.#commits === commitsThen) {
      if (this.#pages().left >= thresholdPages) this.#runBeside();
      else this.#run();
    } else this.#idle = setTimeout(() => this.#whenIdle(this.#commits), idleMs).unref();
  }

  /** `left` of them are still to be copied. */
  #pages(): { log: number; left: number } {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return { log, left: log - checkpointed };
  }

  #runBeside(): void {
    if (!this.#thread.isRunning) this.#thread.run(() => this.#ended());
  }

  #ended(): void {
    if (this.#db.isOpen && this.#pages().log >= longPages) this.#run();
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
