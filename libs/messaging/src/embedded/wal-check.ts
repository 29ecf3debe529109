/**
 * Looks for damage in the middle of a write-ahead log before SQLite opens it: SQLite drops everything from the first bad frame on without a word.
 * A torn end is no damage. A transaction begins only after the one before it was synced, so a bad frame with two or more commits behind it is.
 *
 *   wal   := magic:u32 version:u32 page_size:u32 sequence:u32 salt:u64 checksum:u64 frame*
 *   frame := page:u32 pages_after_commit:u32 salt:u64 checksum:u64 data        (big endian; checksums go on from frame to frame)
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

const headBytes = 32;
const frameHeadBytes = 24;

export type WalState = 'absent' | 'sound' | 'damaged';

export function checkWal(path: string): WalState {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 'absent';
  // A header cut short: the very first commit never became durable.
  if (size < headBytes) return 'sound';
  const file = openSync(path, 'r');
  try {
    return scan(file, size);
  } finally {
    closeSync(file);
  }
}

function scan(file: number, size: number): WalState {
  const head = read(file, 0, headBytes);
  const magic = head.readUInt32BE(0);
  const pageSize = head.readUInt32BE(8);
  const frameBytes = frameHeadBytes + pageSize;
  if ((magic | 1) !== 0x377f0683 || pageSize < 512 || pageSize > 65_536) return size > headBytes + 4096 ? 'damaged' : 'sound';
  const sum = new Checksum((magic & 1) === 1);
  sum.add(head.subarray(0, 24));
  if (!sum.is(head, 24)) return size > headBytes + frameBytes ? 'damaged' : 'sound';
  let commitsBehindBad = 0;
  let bad = false;
  for (let at = headBytes; at + frameBytes <= size; at += frameBytes) {
    const frame = read(file, at, frameBytes);
    // Frames of an earlier round of the same file carry another salt.
    if (frame.compare(head, 16, 24, 8, 16) !== 0) {
      if (!bad) return 'sound';
      continue;
    }
    if (!bad) {
      sum.add(frame.subarray(0, 8));
      sum.add(frame.subarray(frameHeadBytes));
      bad = !sum.is(frame, 16);
    } else if (frame.readUInt32BE(4) !== 0) commitsBehindBad += 1;
  }
  return commitsBehindBad > 1 ? 'damaged' : 'sound';
}

class Checksum {
  readonly #bigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      this.#first = (this.#first + view.getUint32(at, !this.#bigEndian) + this.#second) >>> 0;
      this.#second = (this.#second + view.getUint32(at + 4, !this.#bigEndian) + this.#first) >>> 0;
    }
  }

  is(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}

function read(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  return bytes;
}
