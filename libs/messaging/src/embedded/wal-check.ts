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
  const pageSize = head.readUInt32BE(8);
  const frameBytes = frameHeadBytes + (isPageSize(pageSize) ? pageSize : 4096);
  const sum = new Checksum((head.readUInt32BE(0) & 1) === 1);
  sum.add(head.subarray(0, 24));
  // The head is written with the first transaction, so a bad one is torn (or was never written) only when there is no second.
  const isWhole = isPageSize(pageSize) && sum.is(head, 24);
  const lost = isWhole ? commitsBehindDamage(file, size, { head, frameBytes, sum }) : commits(file, size, frameBytes);
  return lost > 1 ? 'damaged' : 'sound';
}

/** Of whatever round. Behind the last frame there are zeros (`wal-space.ts`). */
function commits(file: number, size: number, frameBytes: number): number {
  let count = 0;
  for (let at = headBytes; at + frameBytes <= size; at += frameBytes)
    if (read(file, at, frameHeadBytes).readUInt32BE(4) !== 0) count += 1;
  return count;
}

function commitsBehindDamage(
  file: number,
  size: number,
  wal: { head: Buffer; frameBytes: number; sum: Checksum },
): number {
  const { head, frameBytes, sum } = wal;
  let isWhole = true;
  let count = 0;
  for (let at = headBytes; at + frameBytes <= size; at += frameBytes) {
    const frame = read(file, at, frameBytes);
    // Frames of an earlier round of the same file carry another salt.
    const isOfRound = frame.compare(head, 16, 24, 8, 16) === 0;
    if (isWhole) isWhole = isOfRound && sum.continuesWith(frame);
    else if (isOfRound && frame.readUInt32BE(4) !== 0) count += 1;
  }
  return count;
}

const isPageSize = (bytes: number): boolean => bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;

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

  continuesWith(frame: Buffer): boolean {
    this.add(frame.subarray(0, 8));
    this.add(frame.subarray(frameHeadBytes));
    return this.is(frame, 16);
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
