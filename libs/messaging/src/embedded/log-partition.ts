/**
 * One partition in memory: where it begins and ends, what the open transaction adds, and who waits for it.
 * Promise: `end` and what `read` answers hold nothing that is not committed.
 */
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';
import type { RecordBatch } from '../message-log.ts';
import { splitIntoRows } from './batch-rows.ts';
import type { BatchTable } from './batch-table.ts';
import { PartitionRecent, type CommittedBatch, type RecentBatches } from './recent-batches.ts';

/** What one call of a subscriber gets at most (one record alone may be larger). */
const deliveryRecords = 500;
const deliveryBytes = 1024 * 1024;

export class LogPartition {
  /** The first offset that may still be there. */
  start: number;
  end: number;
  readonly waiting = new Set<() => void>();
  readonly #recent = new PartitionRecent();
  #added: IncomingMessage[] = [];
  #rows: CommittedBatch[] = [];
  #lastTimestamp: number;

  constructor(
    readonly id: number,
    readonly topic: string,
    readonly partition: number,
    state: { readonly start: number; readonly end: number; readonly lastTimestamp: number },
  ) {
    this.start = state.start;
    this.end = state.end;
    this.#lastTimestamp = state.lastTimestamp;
  }

  get isTouched(): boolean {
    return this.#added.length > 0;
  }

  /** In a transaction. Bytes are copied, since the caller may use its buffer again; all else is handed on as it is. */
  add({ key, headers, value }: OutgoingMessage, now: number): IncomingMessage {
    const offset = this.end + this.#added.length;
    const own = value === null || typeof value === 'string' ? value : new Uint8Array(value);
    const timestamp = Math.max(now, this.#lastTimestamp);
    const { topic, partition } = this;
    const record = { topic, key, partition, headers, value: own, offset, timestamp };
    this.#added.push(record);
    return record;
  }

  write(table: BatchTable): void {
    for (const records of splitIntoRows(this.#added)) {
      const bytes = table.insert(this, records);
      const baseOffset = records[0]!.offset;
      this.#rows.push({ baseOffset, nextOffset: baseOffset + records.length, bytes, records });
    }
  }

  committed(recent: RecentBatches): void {
    this.end += this.#added.length;
    this.#lastTimestamp = this.#added.at(-1)?.timestamp ?? this.#lastTimestamp;
    for (const row of this.#rows) recent.add(this.#recent, row);
    this.rolledBack();
    for (const wake of this.waiting) wake();
  }

  rolledBack(): void {
    this.#added = [];
    this.#rows = [];
  }

  /** The stored batch that holds the offset, or the first one after it; undefined at the end. */
  batchAt(table: BatchTable, offset: number): CommittedBatch | undefined {
    return offset < this.end ? (this.#recent.at(offset) ?? table.read(this, offset)) : undefined;
  }

  /** What comes at the offset and after it; without records when only dropped offsets are left. */
  read(table: BatchTable, offset: number): RecordBatch {
    const { topic, partition } = this;
    const first = this.batchAt(table, offset);
    if (!first) return { topic, partition, records: [], nextOffset: this.end };
    if (first.baseOffset === offset && first.nextOffset === this.end && first.records.length <= deliveryRecords) {
      return { topic, partition, records: first.records, nextOffset: first.nextOffset };
    }
    const records: IncomingMessage[] = [];
    let bytes = 0;
    let nextOffset = offset;
    for (let batch: CommittedBatch | undefined = first; batch;) {
      addFrom(batch, nextOffset, records);
      bytes += batch.bytes;
      nextOffset = records.at(-1)!.offset + 1;
      const isFull = records.length >= deliveryRecords || nextOffset >= this.end;
      batch = isFull ? undefined : this.batchAt(table, nextOffset);
      if (batch && bytes + batch.bytes > deliveryBytes) break;
    }
    return { topic, partition, records, nextOffset };
  }
}

function addFrom(batch: CommittedBatch, offset: number, to: IncomingMessage[]): void {
  const from = Math.max(0, offset - batch.baseOffset);
  for (const record of batch.records.slice(from, from + deliveryRecords - to.length)) to.push(record);
}
