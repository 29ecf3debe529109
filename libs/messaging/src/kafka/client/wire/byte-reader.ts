/** Bytes as Kafka's protocol has them, one after the other. Reading beyond the end throws a RangeError. */
import { isUtf8 } from 'node:buffer';

/** Up to here what is expected is compared byte by byte instead of being decoded. */
const shortText = 40;

export class ByteReader {
  /** How much was read. */
  at = 0;

  constructor(private readonly buffer: Buffer) {}

  /** How much is left. */
  get left(): number {
    return this.buffer.length - this.at;
  }

  /** Of one to four bytes, the smallest first, as nothing of Kafka's own is. */
  uintLE(bytes: number): number {
    return this.buffer.readUIntLE(this.past(bytes), bytes);
  }

  int16(): number {
    return this.buffer.readInt16BE(this.past(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.past(4));
  }

  int64(): number {
    return Number(this.int64Exactly());
  }

  int64Exactly(): bigint {
    return this.buffer.readBigInt64BE(this.past(8));
  }

  /** With a length of 16 bits before it. */
  string(): string {
    const length = this.int16();
    const begun = this.past(length);
    return this.buffer.toString('utf8', begun, begun + length);
  }

  /** Zigzag LEB128; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer[this.past(1)]!;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Text with a varint of its length before it; undefined for null. The answer is `expected` itself when it is the same. */
  vartext(expected: string | undefined): string | undefined {
    const length = this.varint();
    if (length < 0) return undefined;
    const begun = this.past(length);
    if (expected !== undefined && this.isAscii(expected, begun, length)) return expected;
    return this.buffer.toString('utf8', begun, this.at);
  }

  /** Bytes with a varint of their length before them: as text when they are UTF-8, otherwise a copy. */
  varvalue(): string | Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const begun = this.past(length);
    const bytes = this.buffer.subarray(begun, this.at);
    return isUtf8(bytes) ? bytes.toString('utf8') : Buffer.from(bytes);
  }

  /** With how many there are before them, as 32 bits; null is none. */
  array<T>(read: () => T): T[] {
    const all: T[] = [];
    for (let left = this.int32(); left > 0; left -= 1) all.push(read());
    return all;
  }

  peekInt32(ahead: number): number {
    return this.buffer.readInt32BE(this.at + ahead);
  }

  peekInt8(ahead: number): number {
    return this.buffer.readInt8(this.at + ahead);
  }

  /** Not a copy. */
  bytes(length: number): Buffer {
    const begun = this.past(length);
    return this.buffer.subarray(begun, this.at);
  }

  skip(bytes: number): void {
    this.past(bytes);
  }

  private isAscii(text: string, begun: number, length: number): boolean {
    if (length > shortText || text.length !== length) return false;
    for (let at = 0; at < length; at += 1) {
      const byte = this.buffer[begun + at]!;
      if (byte > 127 || byte !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  private past(bytes: number): number {
    const begun = this.at;
    if (bytes < 0 || begun + bytes > this.buffer.length) throw new RangeError('Kafka sent less than it announced');
    this.at = begun + bytes;
    return begun;
  }
}
