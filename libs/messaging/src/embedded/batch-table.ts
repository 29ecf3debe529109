/**
 * Batches in the file: a row for each group commit and partition.
 * The checksum covers place, count and time too, so that a row that belongs elsewhere does not pass.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { IncomingMessage } from '@waybill/contracts';
import { decodeBatch } from './batch-decoding.ts';
import { encodeBatch } from './batch-encoding.ts';
import { offsetOf, placeOf, placesEnd } from './place.ts';
import type { CommittedBatch } from './recent-batches.ts';
import { damaged } from './sqlite-errors.ts';

export interface PartitionName {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
}
interface Row {
  readonly place: number;
  readonly count: number;
  readonly timestamp: number;
  readonly crc: number;
  readonly body: Uint8Array;
}
/** Where a batch lies, without its content. */
export interface BatchExtent {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly timestamp: number;
}

export class BatchTable {
  readonly #file: string;
  readonly #insert: StatementSync;
  readonly #holding: StatementSync;
  readonly #from: StatementSync;
  readonly #extentFrom: StatementSync;
  readonly #last: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync, file: string) {
    this.#file = file;
    const row = 'SELECT place, count, timestamp, crc, body FROM batches';
    this.#insert = db.prepare('INSERT INTO batches (place, count, timestamp, crc, body) VALUES (?, ?, ?, ?, ?)');
    this.#holding = db.prepare(`${row} WHERE place <= ? AND place >= ? ORDER BY place DESC LIMIT 1`);
    this.#from = db.prepare(`${row} WHERE place >= ? AND place < ? ORDER BY place LIMIT 1`);
    this.#extentFrom = db.prepare(
      'SELECT place, count, timestamp FROM batches WHERE place >= ? AND place < ? ORDER BY place LIMIT 1',
    );
    this.#last = db.prepare(
      'SELECT place, count, timestamp FROM batches WHERE place >= ? AND place < ? ORDER BY place DESC LIMIT 1',
    );
    this.#remove = db.prepare('DELETE FROM batches WHERE place = ?');
  }

  /** Answers its size in bytes. The records' offsets follow one another. */
  insert({ id }: PartitionName, records: readonly IncomingMessage[]): number {
    const { offset, timestamp } = records[0]!;
    const body = encodeBatch(records);
    const place = placeOf(id, offset);
    this.#insert.run(place, records.length, timestamp, checksum(body, place, records.length, timestamp), body);
    return body.length;
  }

  /** The batch that holds the offset, or else the first one after it. */
  read(of: PartitionName, offset: number): CommittedBatch | undefined {
    const place = placeOf(of.id, offset);
    const holding = this.#holding.get(place, placeOf(of.id, 0)) as Row | undefined;
    const holds = holding && offset < offsetOf(holding.place) + holding.count;
    const row = holds ? holding : (this.#from.get(place, placesEnd(of.id)) as Row | undefined);
    return row && this.#decode(of, row);
  }

  extentFrom({ id }: PartitionName, offset: number): BatchExtent | undefined {
    return extent(this.#extentFrom.get(placeOf(id, offset), placesEnd(id)) as Row | undefined);
  }

  last({ id }: PartitionName): BatchExtent | undefined {
    return extent(this.#last.get(placeOf(id, 0), placesEnd(id)) as Row | undefined);
  }

  remove({ id }: PartitionName, baseOffset: number): void {
    this.#remove.run(placeOf(id, baseOffset));
  }

  #decode({ topic, partition }: PartitionName, { place, count, timestamp, crc, body }: Row): CommittedBatch {
    const baseOffset = offsetOf(place);
    if (checksum(body, place, count, timestamp) !== crc) {
      throw damaged(
        this.#file,
        `has a damaged batch: ${topic}/${String(partition)}, offsets from ${String(baseOffset)}`,
      );
    }
    const records = decodeBatch(body, { topic, partition, baseOffset, count, timestamp });
    return { baseOffset, nextOffset: baseOffset + count, bytes: body.length, records };
  }
}

const checksum = (body: Uint8Array, place: number, count: number, timestamp: number): number =>
  crc32(body, (Math.imul(place | 0, 31) ^ (place / 2 ** 32) ^ Math.imul(count, 7919) ^ (timestamp | 0)) >>> 0);

const extent = (row: Row | undefined): BatchExtent | undefined =>
  row && { baseOffset: offsetOf(row.place), nextOffset: offsetOf(row.place) + row.count, timestamp: row.timestamp };
