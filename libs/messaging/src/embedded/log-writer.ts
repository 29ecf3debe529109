/**
 * The log's part in a transaction: gathers what units append and writes one row for each partition before COMMIT.
 * Promise: what a transaction added to memory is seen by readers after COMMIT and is gone after a rollback.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { Position } from '../message-log.ts';
import type { BatchTable } from './batch-table.ts';
import type { CommittedPositions } from './committed-positions.ts';
import type { Deliveries } from './deliveries.ts';
import type { LogPartition } from './log-partition.ts';
import { partitionOf } from '../partitioner.ts';
import { RecentBatches } from './recent-batches.ts';
import type { Participant } from './sqlite-transaction.ts';
import type { TopicCatalogue } from './topic-catalogue.ts';

export interface WriterParts {
  readonly table: BatchTable;
  readonly catalogue: TopicCatalogue;
  readonly positions: CommittedPositions;
  readonly deliveries: Deliveries;
  readonly now: () => number;
}

export class LogWriter implements Participant {
  readonly #parts: WriterParts;
  readonly #recent = new RecentBatches();
  #touched: LogPartition[] = [];
  #added = 0;
  #now = 0;
  #positionsAtOnce = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get gathered(): number {
    return this.#added;
  }

  /** In a transaction. */
  add(messages: readonly OutgoingMessage[]): readonly Position[] {
    if (this.#added === 0) this.#now = this.#parts.now();
    return messages.map((message) => {
      const partition = this.#partitionOf(message);
      if (!partition.isTouched) this.#touched.push(partition);
      this.#added += 1;
      const { topic, partition: number, offset } = partition.add(message, this.#now);
      return { topic, partition: number, offset };
    });
  }

  /** In a transaction: positions go with this one, however short ago the last were written. */
  writePositions(): void {
    this.#positionsAtOnce = true;
  }

  beforeCommit(): void {
    for (const partition of this.#touched) partition.write(this.#parts.table);
    if (this.#parts.positions.hasChanged) this.#parts.positions.write(this.#parts.now(), this.#positionsAtOnce);
  }

  committed(): void {
    const touched = this.#touched;
    this.#reset();
    this.#parts.catalogue.committed();
    this.#parts.positions.committed();
    for (const partition of touched) partition.committed(this.#recent);
  }

  rolledBack(): void {
    for (const partition of this.#touched) partition.rolledBack();
    this.#reset();
    this.#parts.catalogue.rolledBack();
    this.#parts.positions.rolledBack();
  }

  afterwards(): void {
    this.#parts.deliveries.run();
  }

  #reset(): void {
    this.#touched = [];
    this.#added = 0;
    this.#positionsAtOnce = false;
  }

  #partitionOf({ topic, key, partition }: OutgoingMessage): LogPartition {
    const partitions = this.#parts.catalogue.obtain(topic);
    const found = partitions[partition ?? partitionOf(key, partitions.length)];
    if (found) return found;
    throw new PlatformError('invalid_request', {
      detail: `Topic ${topic} has ${String(partitions.length)} partitions, no partition ${String(partition)}.`,
    });
  }
}
