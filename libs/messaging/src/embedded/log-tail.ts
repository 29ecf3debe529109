/** A tail: a reader for each partition of its topics, without a group. A rejected batch comes again after a back-off. */
import type { Tail, TailOptions } from '../message-log.ts';
import { backOffMs, type BackOffTimes } from '../back-off.ts';
import type { BatchTable } from './batch-table.ts';
import type { Deliveries } from './deliveries.ts';
import type { LogPartition } from './log-partition.ts';
import { PartitionReader } from './partition-reader.ts';

export interface TailParts {
  readonly table: BatchTable;
  readonly deliveries: Deliveries;
  readonly backOff: BackOffTimes;
  readonly onError: (error: unknown) => void;
}

export class LogTail implements Tail {
  readonly #parts: TailParts;
  readonly #readers: readonly PartitionReader[];
  readonly #retries = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(partitions: readonly LogPartition[], options: TailOptions, parts: TailParts) {
    this.#parts = parts;
    this.#readers = partitions.map((partition) => this.#read(partition, options));
  }

  /** Not to be awaited inside of its own `onRecords`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const retry of this.#retries) clearTimeout(retry);
    await Promise.all(this.#readers.map((reader) => reader.stop()));
  }

  #read(partition: LogPartition, options: TailOptions): PartitionReader {
    const { table, deliveries, onError } = this.#parts;
    let failures = 0;
    const reader: PartitionReader = new PartitionReader({
      partition,
      table,
      deliveries,
      from: startOf(partition, options.from),
      onRecords: (batch) => options.onRecords(batch),
      onDelivered: () => (failures = 0),
      onFailure: (error) => {
        onError(error);
        failures += 1;
        this.#retryLater(reader, failures);
      },
    });
    return reader;
  }

  #retryLater(reader: PartitionReader, failures: number): void {
    if (this.#closed) return;
    const retry = setTimeout(
      () => {
        this.#retries.delete(retry);
        reader.again();
      },
      backOffMs(this.#parts.backOff, failures),
    );
    this.#retries.add(retry);
  }
}

/** Beyond the end the log is not the one the position is of: then everything is new. */
function startOf({ topic, partition, start, end }: LogPartition, from: TailOptions['from']): number {
  if (from === 'start') return start;
  if (from === 'end') return end;
  const offset = from.get(topic)?.[partition] ?? start;
  return offset > end ? start : Math.max(start, offset);
}
