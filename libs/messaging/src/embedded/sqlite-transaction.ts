/**
 * One transaction over units: all of them, or each by itself when one of them spoils it.
 * Promise: a unit that throws hurts nobody else: it rejects alone, or all are rolled back and run again, each in a transaction of its own.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isStorageFailure, storageError } from './sqlite-errors.ts';

export type Unit<T> = (db: DatabaseSync) => T;

export interface Queued {
  readonly unit: Unit<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
/** Tells the caller of a unit what came of it. */
export type Settle = () => void;

/** Somebody who gathers in memory what units add, and writes it once a transaction. */
export interface Participant {
  /** Grows with whatever a unit adds. */
  readonly gathered: number;
  /** In the transaction, after its units. */
  beforeCommit(): void;
  /** What was written is durable. */
  committed(): void;
  rolledBack(): void;
  /** After the promises of the transaction were settled. */
  afterwards(): void;
}

export interface Written {
  readonly settles: readonly Settle[];
  /** COMMIT has returned: participants are told once it is synced. Otherwise there is nothing to sync. */
  readonly isCommitted: boolean;
  /** Were not begun, because the transaction took its time. */
  readonly left: readonly Queued[];
}

export interface TransactionParts {
  readonly db: DatabaseSync;
  readonly file: string;
  readonly participants: readonly Participant[];
  /** Syncs what was committed, while everybody waits. */
  readonly syncNow: () => void;
  /** Does the COMMIT it is given. */
  readonly commit: (commit: () => void) => void;
}

/** A transaction takes no further units after this long, so that the event loop turns. */
const budgetMs = 15;

export class Transactions {
  readonly #parts: TransactionParts;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#begin = parts.db.prepare('BEGIN IMMEDIATE');
    this.#commit = parts.db.prepare('COMMIT');
    this.#changes = parts.db.prepare('SELECT total_changes() AS n');
  }

  /** Throws only what `syncNow` throws. */
  write(units: readonly Queued[]): Written {
    try {
      return this.#writeAll(units);
    } catch (error) {
      this.#rollBack();
      return this.#after(error, units);
    }
  }

  #writeAll(units: readonly Queued[]): Written {
    const { participants, commit } = this.#parts;
    this.#begin.run();
    const settles = this.#runAll(units);
    for (const participant of participants) participant.beforeCommit();
    commit(() => this.#commit.run());
    return { settles, isCommitted: true, left: units.slice(settles.length) };
  }

  #runAll(units: readonly Queued[]): readonly Settle[] {
    const settles: Settle[] = [];
    const before = this.#totalChanges();
    const deadline = performance.now() + budgetMs;
    for (const queued of units) {
      settles.push(this.#runOne(queued, before));
      if (performance.now() > deadline) break;
    }
    return settles;
  }

  #runOne({ unit, resolve, reject }: Queued, changesBefore: number): Settle {
    const { db } = this.#parts;
    const gathered = this.#gathered();
    try {
      const value = unit(db);
      return () => resolve(value);
    } catch (error) {
      // Whether this unit or one before it wrote cannot be told; only when nobody did is it harmless to go on.
      const isClean = this.#gathered() === gathered && db.isTransaction && this.#totalChanges() === changesBefore;
      if (!isClean || isStorageFailure(error)) throw error;
      return () => reject(error);
    }
  }

  /** Storage failures are everybody's; any other error is one unit's, and which one shows when each runs alone. */
  #after(error: unknown, units: readonly Queued[]): Written {
    const isEverybodys = isStorageFailure(error);
    if (!isEverybodys && units.length > 1) {
      return { settles: units.flatMap((unit) => this.#writeAlone(unit)), isCommitted: false, left: [] };
    }
    const reason = isEverybodys ? storageError(this.#parts.file, error) : error;
    return { settles: units.map((unit) => () => unit.reject(reason)), isCommitted: false, left: [] };
  }

  /** Rare, so everybody may wait for the sync: participants have to be told before the next unit runs. */
  #writeAlone(unit: Queued): readonly Settle[] {
    const { settles, isCommitted } = this.write([unit]);
    if (!isCommitted) return settles;
    this.#parts.syncNow();
    for (const participant of this.#parts.participants) participant.committed();
    return settles;
  }

  #rollBack(): void {
    const { db, participants } = this.#parts;
    try {
      // SQLite has already rolled back after some failures.
      if (db.isTransaction) db.exec('ROLLBACK');
    } catch {
      // Then the next BEGIN fails and says why.
    }
    for (const participant of participants) participant.rolledBack();
  }

  #gathered(): number {
    let sum = 0;
    for (const participant of this.#parts.participants) sum += participant.gathered;
    return sum;
  }

  #totalChanges(): number {
    return Number(this.#changes.get()?.['n']);
  }
}
