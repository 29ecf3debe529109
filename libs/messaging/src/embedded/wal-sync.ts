/**
 * Makes what SQLite wrote to its write-ahead log durable: the fsync of a group commit, beside the event loop instead of in it.
 *
 * SQLite runs with `synchronous = NORMAL`: COMMIT writes the frames, and syncs only around checkpoints, which keeps the file consistent at any moment.
 * That the last frames survive a power cut is what `synchronous = FULL` adds with one sync after each COMMIT; here that sync is ours.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

/** What asks the disk. */
export interface DiskSync {
  fdatasync(handle: number, done: (error: Error | null) => void): void;
  fdatasyncSync(handle: number): void;
}

export class WalSync {
  readonly #file: string;
  readonly #disk: DiskSync;
  #handle: number | undefined;

  constructor(databaseFile: string, disk: DiskSync = { fdatasync, fdatasyncSync }) {
    this.#file = `${databaseFile}-wal`;
    this.#disk = disk;
  }

  /** All that was written before the call is durable once it resolves; a rejection says nothing of what is and what is not. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#disk.fdatasync(this.#open(), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The same, while everybody waits. */
  syncNow(): void {
    this.#disk.fdatasyncSync(this.#open());
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** Kept open: an error of an earlier write is told to those who had the file open when it happened. SQLite makes the file and never replaces it. */
  #open(): number {
    this.#handle ??= openSync(this.#file, 'r+');
    return this.#handle;
  }
}
