/** One partition: its records in memory, and who wants to know of new ones. */
import type { TopicPartition } from '@waybill/messaging';
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';

export class MemoryPartition implements TopicPartition {
  /** The index is the offset; undefined is a hole. */
  readonly #records: (IncomingMessage | undefined)[] = [];
  readonly listeners = new Set<() => void>();
  #start = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** The first offset that is still there. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#records.length;
  }

  append(message: OutgoingMessage, timestamp: number): number {
    const offset = this.end;
    this.#records.push({ ...message, partition: this.partition, offset, timestamp });
    this.#tell();
    return offset;
  }

  /** An offset without a record, as Kafka's transaction markers and compaction leave them. */
  leaveHole(): void {
    this.#records.push(undefined);
    this.#tell();
  }

  /** As retention does. */
  truncateBefore(offset: number): void {
    this.#start = Math.max(this.#start, Math.min(offset, this.end));
    this.#records.fill(undefined, 0, this.#start);
  }

  /** The same object each time, so that what was decoded once stays decoded. */
  read(from: number, to: number): IncomingMessage[] {
    return this.#records.slice(from, to).filter((record) => record !== undefined);
  }

  #tell(): void {
    for (const listener of this.listeners) listener();
  }
}
