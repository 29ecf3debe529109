/** Bytes as Kafka's protocol writes them: numbers big endian, varints zigzag LEB128. Grows as it is written. */
const widestVarint = 5;
/** The length of 64 bytes to 8 KiB. */
const usualVarint = 2;
/** In UTF-8, of one UTF-16 unit. */
const widestUnit = 3;
/** Up to here a loop over the characters is faster than a call into the runtime. */
const shortText = 64;

export class ByteWriter {
  private buffer: Buffer;
  private end = 0;

  /** `bytes`: how much it will be, roughly. */
  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  get length(): number {
    return this.end;
  }

  /** What was written, not copied. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  int8(value: number): void {
    this.room(1);
    this.end = this.buffer.writeInt8(value, this.end);
  }

  int16(value: number): void {
    this.room(2);
    this.end = this.buffer.writeInt16BE(value, this.end);
  }

  int32(value: number): void {
    this.room(4);
    this.end = this.buffer.writeInt32BE(value, this.end);
  }

  int64(value: number): void {
    this.room(8);
    this.end = this.buffer.writeBigInt64BE(BigInt(value), this.end);
  }

  /** Over what was written there. */
  int32At(at: number, value: number): void {
    this.buffer.writeInt32BE(value, at);
  }

  varint(value: number): void {
    this.room(widestVarint);
    this.end = this.putVarint(value, this.end);
  }

  /** With a length of 16 bits before it. */
  string(text: string): void {
    const at = this.end;
    this.room(2 + text.length * widestUnit);
    this.end += 2 + this.buffer.write(text, at + 2);
    this.buffer.writeInt16BE(this.end - at - 2, at);
  }

  /** With a varint of their length before them; null is one of -1. */
  varbytes(value: string | Uint8Array | null): void {
    if (value === null) return this.varint(-1);
    if (typeof value === 'string') return this.varstring(value);
    this.varint(value.length);
    this.room(value.length);
    this.buffer.set(value, this.end);
    this.end += value.length;
  }

  /** What is written until `endSized`, which gets the answer, has a varint of its length before it. */
  beginSized(): number {
    this.room(widestVarint);
    this.end += usualVarint;
    return this.end;
  }

  endSized(begun: number): void {
    this.setLength(begun - usualVarint, begun);
  }

  private varstring(text: string): void {
    this.room(widestVarint + text.length * widestUnit);
    if (text.length < shortText && this.putAscii(text)) return;
    const begun = this.beginSized();
    this.end += this.buffer.write(text, begun);
    this.endSized(begun);
  }

  /** False, and nothing is written, when a character is none of ASCII. */
  private putAscii(text: string): boolean {
    const { buffer, end } = this;
    const { length } = text;
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      buffer[end + 1 + at] = code;
    }
    buffer[end] = length << 1;
    this.end = end + 1 + length;
    return true;
  }

  /** Puts the length of what lies from `begun` to the end at `at`, and moves it where that takes more or less than the space in between. */
  private setLength(at: number, begun: number): void {
    const length = this.end - begun;
    const wanted = at + varintBytes(length);
    if (wanted !== begun) {
      this.room(widestVarint);
      this.buffer.copyWithin(wanted, begun, this.end);
      this.end += wanted - begun;
    }
    this.putVarint(length, at);
  }

  private putVarint(value: number, at: number): number {
    const { buffer } = this;
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    return at;
  }

  private room(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(wider, 0, 0, this.end);
    this.buffer = wider;
  }
}

function varintBytes(length: number): number {
  let count = 1;
  for (let rest = length * 2; rest > 127; rest = Math.floor(rest / 128)) count += 1;
  return count;
}
