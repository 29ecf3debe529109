/** One partition of a `WorkQueueConsumer`, from assignment to revocation: what waits, and what is finished. */
import type { IncomingMessage } from '@waybill/contracts';
import type { Claim, CommittedPosition, RecordBatch, TopicPartition } from '../message-log.ts';
import type { PositionSource } from './commit-hints.ts';
import { OffsetLedger } from './offset-ledger.ts';
import { decodeFinished, encodeFinished } from './offset-metadata.ts';

export class WorkLane implements TopicPartition, PositionSource {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  isPaused = false;
  #ledger: OffsetLedger | undefined;
  /** Everything below was delivered or skipped. */
  #delivered = 0;
  #pending: IncomingMessage[] = [];
  #next = 0;

  static keyOf({ topic, partition }: TopicPartition): string {
    return `${topic}/${partition}`;
  }

  constructor(claim: Claim) {
    this.topic = claim.topic;
    this.partition = claim.partition;
    this.key = WorkLane.keyOf(claim);
    if (!claim.committed) return;
    const { offset, metadata } = claim.committed;
    this.#ledger = new OffsetLedger(offset, decodeFinished(offset, metadata));
    this.#delivered = offset;
  }

  get isEmpty(): boolean {
    return this.#next === this.#pending.length;
  }

  /** Takes in what is neither finished nor here already; holes in the log count as finished. */
  accept(batch: RecordBatch): void {
    const first = batch.records[0]?.offset ?? batch.nextOffset;
    this.#ledger ??= new OffsetLedger(first);
    this.#delivered = Math.max(this.#delivered, this.#ledger.position);
    for (const record of batch.records) {
      if (record.offset < this.#delivered) continue;
      this.#ledger.add(this.#delivered, record.offset);
      this.#delivered = record.offset + 1;
      if (!this.#ledger.has(record.offset)) this.#pending.push(record);
    }
    this.#ledger.add(this.#delivered, batch.nextOffset);
    this.#delivered = Math.max(this.#delivered, batch.nextOffset);
  }

  next(): IncomingMessage | undefined {
    const message = this.#pending[this.#next];
    this.#next += 1;
    if (this.isEmpty) {
      this.#pending = [];
      this.#next = 0;
    }
    return message;
  }

  finish(offset: number): void {
    this.#ledger?.add(offset);
  }

  /** The first offset that is not finished, and what is finished above it; none before anything is known. */
  get positions(): readonly CommittedPosition[] {
    if (!this.#ledger) return [];
    const { topic, partition } = this;
    const { position: offset, above } = this.#ledger;
    const metadata = encodeFinished(offset, above);
    return [metadata === undefined ? { topic, partition, offset } : { topic, partition, offset, metadata }];
  }
}
