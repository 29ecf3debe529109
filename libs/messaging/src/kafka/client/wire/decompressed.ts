/** What was decompressed so far: what is compressed says which parts of it come again. Throws a RangeError where that cannot be, or where it grows beyond its bound. */
export class Decompressed {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  constructor(private readonly mostBytes: number) {}

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  append(bytes: Buffer): void {
    this.makeRoom(bytes.length);
    bytes.copy(this.buffer, this.length);
    this.length += bytes.length;
  }

  /** What was appended `distance` bytes ago, and on from there: it may reach into what it appends itself. */
  repeat(distance: number, count: number): void {
    if (distance < 1 || distance > this.length) throw new RangeError('repeats what was not there');
    this.makeRoom(count);
    const begun = this.length - distance;
    for (let left = count; left > 0;) {
      const part = Math.min(left, this.length - begun); // twice as much each time
      this.buffer.copyWithin(this.length, begun, begun + part);
      this.length += part;
      left -= part;
    }
  }

  private makeRoom(bytes: number): void {
    const needed = this.length + bytes;
    if (needed > this.mostBytes) throw new RangeError(`more than ${this.mostBytes} bytes`);
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buffer.length));
    this.bytes.copy(larger);
    this.buffer = larger;
  }
}
