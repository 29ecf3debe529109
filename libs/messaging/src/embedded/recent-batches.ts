/**
 * The newest batches of all partitions in memory, so that whoever lags a little reads no file. One budget for all; the oldest goes first.
 */
import type { IncomingMessage } from '@waybill/contracts';

/** A batch as it was committed. `bytes` is its size in the file. */
export interface CommittedBatch {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly bytes: number;
  readonly records: readonly IncomingMessage[];
}

const budgetBytes = 8 * 1024 * 1024;
/** What a record costs in memory besides its bytes. */
const recordOverheadBytes = 400;

export class RecentBatches {
  readonly #order: { readonly from: PartitionRecent; readonly bytes: number }[] = [];
  #first = 0;
  #bytes = 0;

  add(to: PartitionRecent, batch: CommittedBatch): void {
    const bytes = batch.bytes + batch.records.length * recordOverheadBytes;
    to.push(batch);
    this.#order.push({ from: to, bytes });
    this.#bytes += bytes;
    while (this.#bytes > budgetBytes) {
      const oldest = this.#order[this.#first++]!;
      oldest.from.dropFirst();
      this.#bytes -= oldest.bytes;
    }
    if (this.#first < 1_000) return;
    this.#order.splice(0, this.#first);
    this.#first = 0;
  }
}

/** Those of one partition, contiguous up to its end. */
export class PartitionRecent {
  #batches: CommittedBatch[] = [];
  #first = 0;

  push(batch: CommittedBatch): void {
    this.#batches.push(batch);
  }

  dropFirst(): void {
    this.#first += 1;
    if (this.#first < 64) return;
    this.#batches = this.#batches.slice(this.#first);
    this.#first = 0;
  }

  /** The batch that holds the offset; undefined when only the file has it. */
  at(offset: number): CommittedBatch | undefined {
    const batches = this.#batches;
    const last = batches.at(-1);
    if (!last || this.#first >= batches.length || offset < batches[this.#first]!.baseOffset) return undefined;
    if (offset >= last.baseOffset) return last;
    let low = this.#first;
    let high = batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (batches[middle]!.baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return batches[low];
  }
}
