/**
 * The inbox of one handler: what was delivered and not handled yet, from one or several partitions.
 * Promises: records of a partition leave in offset order; none below the expected offset comes in; what was put back is first again.
 * A record may be a thousand times as large as another, so what is here, and what leaves together, is counted in characters too.
 */
import type { IncomingMessage } from '@waybill/contracts';
import type { Position, RecordBatch, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';

/** A partition while it is held here: given up and taken anew it is another one. */
interface Held {
  /** The next offset that may come in. */
  expected: number;
}

/** Part of a delivery. `from` is where it begins, holes included. */
interface Chunk extends RecordBatch {
  readonly from: number;
  readonly held: Held;
}

/** A batch on its way to the handler: `next` is where each partition in it goes on. */
export interface Taken {
  readonly records: readonly IncomingMessage[];
  readonly next: readonly Position[];
  readonly chunks: readonly Chunk[];
}

export class Inbox {
  #chunks: Chunk[] = [];
  #held = new Map<string, Held>();
  #records = 0;
  #chars = 0;

  /** Records in it. */
  get size(): number {
    return this.#records;
  }

  /** Of their values; bytes, where a value is bytes. */
  get chars(): number {
    return this.#chars;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /**
   * Reading of the partition goes on at the offset: what lies below it is dropped.
   * Answers false when the offset lies below what is here, so that only the log can deliver what is missing.
   */
  expect(position: Position): boolean {
    const held = this.#held.get(nameOf(position));
    if (!held) {
      this.#held.set(nameOf(position), { expected: position.offset });
      return true;
    }
    const first = this.#chunks.find((chunk) => chunk.held === held)?.from ?? held.expected;
    this.#chunks = this.#chunks.flatMap((chunk) => (chunk.held === held ? tailOf(chunk, position.offset) : [chunk]));
    this.#count();
    held.expected = Math.max(position.offset, held.expected);
    return position.offset >= first;
  }

  accept(batch: RecordBatch): void {
    const first = batch.records[0]?.offset ?? batch.nextOffset;
    let held = this.#held.get(nameOf(batch));
    if (!held) this.#held.set(nameOf(batch), (held = { expected: first }));
    const [chunk] = tailOf({ ...batch, from: Math.min(held.expected, first), held }, held.expected);
    if (!chunk) return;
    held.expected = batch.nextOffset;
    this.#chunks.push(chunk);
    this.#records += chunk.records.length;
    this.#chars += charsOf(chunk);
  }

  /** The oldest deliveries, up to `max` records; none is added to those that have `maxChars` together. */
  take(max: number, maxChars = Infinity): Taken {
    const records: IncomingMessage[] = [];
    const chunks: Chunk[] = [];
    const next = new Map<string, Position>();
    let whole = 0;
    let chars = 0;
    for (const chunk of this.#chunks) {
      if (chars >= maxChars) break;
      const room = max - records.length;
      const part = chunk.records.length <= room ? chunk : headOf(chunk, room);
      if (part.records.length === 0 && chunk.records.length > 0) break;
      chars += charsOf(part);
      for (const record of part.records) records.push(record);
      chunks.push(part);
      next.set(nameOf(part), { topic: part.topic, partition: part.partition, offset: part.nextOffset });
      if (part !== chunk) {
        this.#chunks[whole] = tailOf(chunk, part.nextOffset)[0]!;
        break;
      }
      whole += 1;
    }
    this.#chunks.splice(0, whole);
    this.#records -= records.length;
    this.#chars -= chars;
    return { records, next: [...next.values()], chunks };
  }

  /** What belongs to a partition that was given up meanwhile stays away. */
  putBack(taken: Taken): void {
    this.#chunks.unshift(...taken.chunks.filter((chunk) => this.#held.get(nameOf(chunk)) === chunk.held));
    this.#count();
  }

  forget(partition: TopicPartition): void {
    const held = this.#held.get(nameOf(partition));
    this.#held.delete(nameOf(partition));
    this.#chunks = this.#chunks.filter((chunk) => chunk.held !== held);
    this.#count();
  }

  #count(): void {
    this.#records = this.#chunks.reduce((sum, chunk) => sum + chunk.records.length, 0);
    this.#chars = this.#chunks.reduce((sum, chunk) => sum + charsOf(chunk), 0);
  }
}

/** What of the chunk lies at or above the offset: one chunk or none. */
function tailOf(chunk: Chunk, offset: number): Chunk[] {
  if (offset <= chunk.from) return [chunk];
  if (offset >= chunk.nextOffset) return [];
  return [{ ...chunk, from: offset, records: chunk.records.filter((record) => record.offset >= offset) }];
}

function headOf(chunk: Chunk, count: number): Chunk {
  const records = chunk.records.slice(0, count);
  return { ...chunk, records, nextOffset: (records.at(-1)?.offset ?? chunk.from - 1) + 1 };
}

function charsOf({ records }: Pick<Chunk, 'records'>): number {
  let chars = 0;
  for (const { value } of records) if (value) chars += value.length;
  return chars;
}
