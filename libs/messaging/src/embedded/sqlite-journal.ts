/**
 * Group commit over the one database file: units that are queued in one turn of the event loop share a transaction and an fsync.
 *
 * Promises
 * - `run` resolves, and subscribers are told, only after COMMIT has returned.
 * - A unit that throws hurts nobody else: it rejects alone, or all are rolled back and run again, each in a transaction of its own.
 *   So a unit is synchronous, touches nothing but the database and participants, and may run more than once.
 * - When the storage fails all units of the transaction reject with `log_unavailable`, nothing of them is there, and the journal stays usable.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import { Checkpoints } from './checkpoints.ts';
import { openJournalFile } from './journal-file.ts';
import { isStorageFailure, storageError } from './sqlite-errors.ts';

export type Unit<T> = (db: DatabaseSync) => T;

/** Somebody who gathers in memory what units add, and writes it once a transaction. */
export interface Participant {
  /** Grows with whatever a unit adds. */
  readonly gathered: number;
  /** In the transaction, after its units. */
  beforeCommit(): void;
  committed(): void;
  rolledBack(): void;
  /** After the promises of the transaction were settled. */
  afterwards(): void;
}

export interface JournalOptions {
  readonly file: string;
  /** Does the COMMIT it is given; a test holds or fails it. */
  readonly commit?: (commit: () => void) => void;
  /** When to flush; a test holds it. */
  readonly schedule?: (flush: () => void) => void;
}

interface Queued {
  readonly unit: Unit<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
type Settle = () => void;

/** A transaction takes no further units after this long, so that the event loop turns. */
const transactionBudgetMs = 15;

export class SqliteJournal {
  readonly file: string;
  /** For reading, outside of units too: nobody reads while a transaction is open. */
  readonly db: DatabaseSync;
  readonly #options: JournalOptions;
  readonly #checkpoints: Checkpoints;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;
  #participants: Participant[] = [];
  #queue: Queued[] = [];
  #armed = false;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.file = options.file;
    this.db = openJournalFile(options.file);
    this.#begin = this.db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.db.prepare('COMMIT');
    this.#changes = this.db.prepare('SELECT total_changes() AS n');
    this.#checkpoints = new Checkpoints(this.db);
  }

  run<T>(unit: Unit<T>): Promise<T> {
    if (this.#closed) return Promise.reject(closedError(this.file));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ unit, resolve: resolve as (value: unknown) => void, reject });
      this.#arm();
    });
  }

  attach(participant: Participant): void {
    this.#participants.push(participant);
  }

  /** Commits what is queued, and ends. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    while (this.#queue.length > 0) this.#flush();
    this.#closed = true;
    this.#checkpoints.close();
    this.db.close();
    return Promise.resolve();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    (this.#options.schedule ?? setImmediate)(() => {
      this.#armed = false;
      if (!this.#closed) this.#flush();
    });
  }

  #flush(): void {
    const units = this.#queue;
    this.#queue = [];
    if (units.length > 0) {
      for (const settle of this.#attempt(units)) settle();
      for (const participant of this.#participants) participant.afterwards();
      this.#checkpoints.wrote();
    }
    if (this.#queue.length > 0) this.#arm();
  }

  #attempt(units: readonly Queued[]): readonly Settle[] {
    let settles: readonly Settle[];
    try {
      this.#begin.run();
      settles = this.#runAll(units);
      for (const participant of this.#participants) participant.beforeCommit();
      this.#commitNow();
    } catch (error) {
      this.#rollBack();
      return this.#after(error, units);
    }
    for (const participant of this.#participants) participant.committed();
    return settles;
  }

  #runAll(units: readonly Queued[]): readonly Settle[] {
    const settles: Settle[] = [];
    const before = this.#totalChanges();
    const deadline = performance.now() + transactionBudgetMs;
    for (let at = 0; at < units.length; at++) {
      settles.push(this.#runOne(units[at]!, before));
      if (performance.now() <= deadline || at + 1 === units.length) continue;
      this.#queue = [...units.slice(at + 1), ...this.#queue];
      break;
    }
    return settles;
  }

  #runOne({ unit, resolve, reject }: Queued, changesBefore: number): Settle {
    const gathered = this.#gathered();
    try {
      const value = unit(this.db);
      return () => resolve(value);
    } catch (error) {
      // Whether this unit or one before it wrote cannot be told; only when nobody did is it harmless to go on.
      const clean = this.#gathered() === gathered && this.db.isTransaction && this.#totalChanges() === changesBefore;
      if (!clean || isStorageFailure(error)) throw error;
      return () => reject(error);
    }
  }

  #commitNow(): void {
    const { commit } = this.#options;
    if (commit) commit(() => this.#commit.run());
    else this.#commit.run();
  }

  /** Storage failures are everybody's; any other error is one unit's, and which one shows when each runs alone. */
  #after(error: unknown, units: readonly Queued[]): readonly Settle[] {
    this.#queue = this.#queue.filter((queued) => !units.includes(queued));
    if (isStorageFailure(error)) {
      const failure = storageError(this.file, error);
      return units.map(
        ({ reject }) =>
          () =>
            reject(failure),
      );
    }
    const [only] = units;
    if (units.length === 1 && only) return [() => only.reject(error)];
    return units.flatMap((queued) => this.#attempt([queued]));
  }

  #rollBack(): void {
    try {
      // SQLite has already rolled back after some failures.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
    } catch {
      // Then the next BEGIN fails and says why.
    }
    for (const participant of this.#participants) participant.rolledBack();
  }

  #gathered(): number {
    let sum = 0;
    for (const participant of this.#participants) sum += participant.gathered;
    return sum;
  }

  #totalChanges(): number {
    return Number(this.#changes.get()?.['n']);
  }
}

function closedError(file: string): PlatformError {
  return new PlatformError('log_unavailable', { detail: `${file} was closed: the platform is stopping.` });
}
