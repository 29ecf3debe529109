/**
 * Drops what is older than its topic keeps, whole batches from the front, a few in each transaction.
 * Time alone decides, as on Kafka: who lags longer than that goes on at the new start. The end stays, so no offset is given twice.
 */
import type { StatementSync } from 'node:sqlite';
import { topicSpec } from '@waybill/contracts';
import type { BatchExtent, BatchTable } from './batch-table.ts';
import type { LogPartition } from './log-partition.ts';
import type { SqliteJournal } from './sqlite-journal.ts';

/** Freeing a batch walks its pages. */
const batchesPerTransaction = 64;

export class Retention {
  readonly #journal: SqliteJournal;
  readonly #table: BatchTable;
  readonly #setStart: StatementSync;

  constructor(journal: SqliteJournal, table: BatchTable) {
    this.#journal = journal;
    this.#table = table;
    this.#setStart = journal.db.prepare('UPDATE topic_partitions SET start_offset = max(start_offset, ?) WHERE id = ?');
  }

  /** Answers false when nothing (more) is too old. */
  async step(partition: LogPartition, now: number): Promise<boolean> {
    const { retentionMs } = topicSpec(partition.topic);
    const cutoff = retentionMs === undefined ? -Infinity : now - retentionMs;
    const old = this.#oldest(partition, cutoff);
    const last = old.at(-1);
    if (!last) return false;
    const start = Math.max(partition.start, last.nextOffset);
    await this.#journal.run(() => {
      for (const { baseOffset } of old) this.#table.remove(partition, baseOffset);
      this.#setStart.run(start, partition.id);
    });
    partition.start = start;
    return true;
  }

  /** Everything below the offset is gone; the space is given back by the steps. */
  async truncate(partition: LogPartition, offset: number): Promise<void> {
    const start = Math.min(offset, partition.end);
    await this.#journal.run(() => this.#setStart.run(start, partition.id));
    partition.start = Math.max(partition.start, start);
  }

  #oldest(partition: LogPartition, cutoff: number): readonly BatchExtent[] {
    const old: BatchExtent[] = [];
    let next = 0;
    while (old.length < batchesPerTransaction) {
      const batch = this.#table.extentFrom(partition, next);
      if (!batch || (batch.nextOffset > partition.start && batch.timestamp >= cutoff)) break;
      old.push(batch);
      next = batch.nextOffset;
    }
    return old;
  }
}
