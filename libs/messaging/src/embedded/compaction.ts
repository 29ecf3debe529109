/**
 * Leaves the latest record of each key (`registry`), and drops a tombstone a day after it was written, so that who lags less than that still learns of it.
 * Offsets stay: a batch is replaced by those of its records that are left, a row for each run of neighbours. One batch in a transaction.
 */
import type { StatementSync } from 'node:sqlite';
import type { IncomingMessage } from '@waybill/contracts';
import type { BatchTable } from './batch-table.ts';
import type { LogPartition } from './log-partition.ts';
import type { CommittedBatch } from './recent-batches.ts';
import type { SqliteJournal } from './sqlite-journal.ts';

const tombstonesKeptMs = 24 * 3_600_000;
const batchesPerTurn = 32;

export class Compaction {
  readonly #journal: SqliteJournal;
  readonly #table: BatchTable;
  readonly #setLeastEnd: StatementSync;
  /** A partition to which nothing was added since holds nothing new to drop, tombstones that came of age aside. */
  readonly #done = new Map<LogPartition, number>();

  constructor(journal: SqliteJournal, table: BatchTable) {
    this.#journal = journal;
    this.#table = table;
    this.#setLeastEnd = journal.db.prepare(
      'UPDATE topic_partitions SET least_end_offset = max(least_end_offset, ?) WHERE id = ?',
    );
  }

  async run(partition: LogPartition, now: number): Promise<void> {
    const { end } = partition;
    if (this.#done.get(partition) === end) return;
    const latest = new Map<string, number>();
    await this.#eachBatch(partition, end, ({ records }) => {
      for (const { key, offset } of records) latest.set(key, offset);
    });
    let tombstones = 0;
    const isLeft = ({ key, offset, value, timestamp }: IncomingMessage): boolean => {
      if (latest.get(key) !== offset) return offset >= end;
      const isYoung = timestamp > now - tombstonesKeptMs;
      if (value === null && isYoung) tombstones += 1;
      return value !== null || isYoung;
    };
    await this.#eachBatch(partition, end, async (batch) => {
      const left = batch.records.filter(isLeft);
      if (left.length < batch.records.length) await this.#replace(partition, batch, left);
    });
    if (tombstones === 0) this.#done.set(partition, end);
  }

  #replace(partition: LogPartition, batch: CommittedBatch, left: readonly IncomingMessage[]): Promise<void> {
    return this.#journal.run(() => {
      this.#table.remove(partition, batch.baseOffset);
      for (const run of neighbours(left)) this.#table.insert(partition, run);
      this.#setLeastEnd.run(partition.end, partition.id);
    });
  }

  async #eachBatch(
    partition: LogPartition,
    end: number,
    visit: (batch: CommittedBatch) => Promise<void> | void,
  ): Promise<void> {
    let turn = 0;
    for (let next = partition.start; next < end;) {
      const batch = this.#table.read(partition, next);
      if (!batch) return;
      await visit(batch);
      next = batch.nextOffset;
      if (++turn % batchesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function neighbours(records: readonly IncomingMessage[]): readonly (readonly IncomingMessage[])[] {
  const runs: IncomingMessage[][] = [];
  for (const record of records) {
    const run = runs.at(-1);
    if (run && run.at(-1)!.offset + 1 === record.offset) run.push(record);
    else runs.push([record]);
  }
  return runs;
}
