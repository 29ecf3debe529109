/** Reads what `batch-encoding.ts` wrote; its grammar is there. The checksum was compared before, so what does not fit here is a bug or a newer version. */
import type { IncomingMessage } from '@waybill/contracts';
import { batchHeadBytes, batchVersion } from './batch-encoding.ts';

export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
  readonly count: number;
  readonly timestamp: number;
}

interface Shape {
  readonly names: readonly string[];
  readonly last: string[];
}

export function decodeBatch(body: Uint8Array, place: BatchPlace): IncomingMessage[] {
  const reader = new BatchReader(body);
  const { topic, partition, baseOffset, count, timestamp } = place;
  const records: IncomingMessage[] = [];
  for (let at = 0; at < count; at++) {
    const shape = reader.shape();
    const key = reader.text(reader.number());
    const headers = reader.headers(shape);
    const value = reader.value();
    records.push({ topic, key, partition, headers, value, offset: baseOffset + at, timestamp });
  }
  return records;
}

class BatchReader {
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #shapes: Shape[] = [];
  #at = batchHeadBytes;
  #textAt = 0;
  #blobAt: number;

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    if (body[0] !== batchVersion) throw new Error(`a stored batch has version ${String(body[0])}`);
    const textAt = batchHeadBytes + this.#bytes.readUInt32LE(1);
    this.#blobAt = textAt + this.#bytes.readUInt32LE(5);
    this.#text = this.#bytes.toString('utf8', textAt, this.#blobAt);
  }

  number(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++]!;
    let number = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[this.#at++]!;
      number |= (byte & 127) << shift;
    }
    return number;
  }

  text(length: number): string {
    const from = this.#textAt;
    this.#textAt += length;
    return this.#text.slice(from, this.#textAt);
  }

  shape(): Shape {
    const index = this.number();
    const known = this.#shapes[index];
    if (known) return known;
    const names: string[] = [];
    for (let left = this.number(); left > 0; left--) names.push(this.text(this.number()));
    const shape = { names, last: [] };
    this.#shapes.push(shape);
    return shape;
  }

  headers({ names, last }: Shape): Record<string, string> {
    const headers: Record<string, string> = {};
    for (let at = 0; at < names.length; at++) {
      const length = this.number();
      if (length > 0) last[at] = this.text(length - 1);
      headers[names[at]!] = last[at]!;
    }
    return headers;
  }

  value(): string | Uint8Array | null {
    const code = this.number();
    if (code === 0) return null;
    if (code & 1) return this.text(code >>> 1);
    const from = this.#blobAt;
    this.#blobAt += (code - 2) >>> 1;
    return new Uint8Array(this.#bytes.subarray(from, this.#blobAt));
  }
}
