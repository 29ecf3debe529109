/**
 * Group commit over the one database file: units that are queued while the one before is synced share a transaction and a sync.
 *
 * Promises
 * - `run` resolves, and subscribers are told, only after COMMIT has returned and what it wrote was synced.
 * - A transaction begins only after the one before it was synced.
 * - A unit that throws hurts nobody else (`sqlite-transaction.ts`). So a unit is synchronous, touches nothing but the database and
 *   participants, and may run more than once.
 * - When COMMIT fails all units of the transaction reject with `log_unavailable`, nothing of them is there, and the journal stays usable.
 * - When the sync fails nobody knows what is on the disk, and a second try could succeed without having written it (the kernel forgets):
 *   the units reject, so does everything after them, and only opening the file anew goes on from what is there.
 * - The same within a second or so after somebody removed or replaced the file or its write-ahead log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import { Checkpoints } from './checkpoints.ts';
import { FilePresence } from './file-presence.ts';
import { openJournalFile } from './journal-file.ts';
import { Transactions, type Participant, type Queued, type Settle, type Unit } from './sqlite-transaction.ts';
import { WalSync, type DiskSync } from './wal-sync.ts';

export interface JournalOptions {
  readonly file: string;
  /** The file could not be synced, or is gone: nothing is taken any more. */
  readonly onBroken?: (error: PlatformError) => void;
  /** Does the COMMIT it is given; a test holds or fails it. */
  readonly commit?: (commit: () => void) => void;
  /** Syncs with one of the two it is given; a test holds or fails it. */
  readonly sync?: (sync: () => Promise<void>) => Promise<void>;
  /** Asks the disk; a test watches it. */
  readonly disk?: DiskSync;
  /** When to flush; a test holds it. */
  readonly schedule?: (flush: () => void) => void;
}

/**
 * While transactions are this small they are synced at once: nobody else has anything to do meanwhile, and handing it to a thread and back costs
 * as much as the sync (0.2 ms here). With more, the event loop goes on while the disk works.
 */
const busyUnits = 8;
/** Of the newest transaction in the mean size that decides it. */
const newestShare = 0.25;

export class SqliteJournal {
  readonly file: string;
  /** For reading, outside of units too: nobody reads while a transaction is open. */
  readonly db: DatabaseSync;
  readonly #options: JournalOptions;
  readonly #checkpoints: Checkpoints;
  readonly #transactions: Transactions;
  readonly #wal: WalSync;
  readonly #presence: FilePresence;
  readonly #participants: Participant[] = [];
  #queue: Queued[] = [];
  #armed = false;
  #meanUnits = 0;
  #syncing: Promise<void> | undefined;
  #closed: PlatformError | undefined;

  constructor(options: JournalOptions) {
    const { file, commit = (now) => now() } = options;
    this.#options = options;
    this.file = file;
    this.db = openJournalFile(file);
    this.#wal = new WalSync(file, options.disk);
    const syncNow = (): void => this.#wal.syncNow();
    this.#transactions = new Transactions({ db: this.db, file, participants: this.#participants, syncNow, commit });
    this.#checkpoints = new Checkpoints(this.db, file);
    this.#presence = new FilePresence([file, `${file}-wal`], (gone) => this.#lose(gone));
  }

  run<T>(unit: Unit<T>): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ unit, resolve: resolve as (value: unknown) => void, reject });
      this.#arm();
    });
  }

  attach(participant: Participant): void {
    this.#participants.push(participant);
  }

  /** Commits what is queued, and ends. */
  async close(): Promise<void> {
    if (!this.db.isOpen) return;
    this.#closed ??= closedError(this.file);
    while (this.#syncing || this.#queue.length > 0) {
      this.#flush();
      await this.#syncing;
    }
    this.#presence.close();
    await this.#checkpoints.close();
    this.#wal.close();
    if (this.db.isOpen) this.db.close();
  }

  /** Not while a sync is under way: what comes in meanwhile becomes one transaction. */
  #arm(): void {
    if (this.#armed || this.#syncing || this.#queue.length === 0) return;
    this.#armed = true;
    (this.#options.schedule ?? setImmediate)(() => {
      this.#armed = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#syncing || this.#queue.length === 0) return;
    const units = this.#queue;
    this.#queue = [];
    try {
      const { settles, isCommitted, left } = this.#transactions.write(units);
      this.#queue = [...left, ...this.#queue];
      if (isCommitted) this.#sync(units, settles);
      else this.#settle(settles);
    } catch (error) {
      this.#break(unsyncedError(this.file, error), units);
    }
  }

  #sync(units: readonly Queued[], settles: readonly Settle[]): void {
    const { sync } = this.#options;
    this.#meanUnits += (units.length - this.#meanUnits) * newestShare;
    if (!sync && Math.max(units.length, this.#meanUnits) < busyUnits) {
      this.#wal.syncNow();
      return this.#durable(settles);
    }
    this.#syncing = (sync ? sync(() => this.#wal.sync()) : this.#wal.sync()).then(
      () => this.#durable(settles),
      (error: unknown) => this.#break(unsyncedError(this.file, error), units),
    );
  }

  #durable(settles: readonly Settle[]): void {
    this.#syncing = undefined;
    for (const participant of this.#participants) participant.committed();
    this.#settle(settles);
  }

  #settle(settles: readonly Settle[]): void {
    for (const settle of settles) settle();
    for (const participant of this.#participants) participant.afterwards();
    this.#checkpoints.wrote();
    this.#arm();
  }

  /** Where the log alone is gone, the file gets what was in it. */
  #lose(gone: string): void {
    this.#checkpoints.copyAll();
    this.#break(goneError(gone), []);
  }

  #break(broken: PlatformError, units: readonly Queued[]): void {
    this.#presence.close();
    this.#syncing = undefined;
    this.#closed = broken;
    for (const { reject } of [...units, ...this.#queue.splice(0)]) reject(broken);
    this.#options.onBroken?.(broken);
  }
}

const closedError = (file: string): PlatformError =>
  new PlatformError('log_unavailable', { detail: `${file} was closed: the platform is stopping.` });

function unsyncedError(file: string, cause: unknown): PlatformError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const detail = `${file} could not be synced to the disk (${why}). Nothing is accepted any more. Look at the disk, then start the platform again: it goes on from what is there.`;
  return new PlatformError('log_unavailable', { detail, cause });
}

const goneError = (file: string): PlatformError =>
  new PlatformError('log_unavailable', {
    detail: `${file} was removed or replaced while the platform was using it. Nothing is accepted any more, and what was accepted in the last moments may be lost. Put the data folder back, or choose another, then start the platform again.`,
  });
