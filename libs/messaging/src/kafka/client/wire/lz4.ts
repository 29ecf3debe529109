/**
 * LZ4, as far as it is read. Checksums are not looked at: the batch around it has one.
 *
 *   frame    := magic:u32 flags:u8 largest_block:u8 [content_size:u64] [dictionary:u32] checksum:u8 block* 0:u32
 *   block    := size:u32 (the highest bit: it is not compressed) sequence* [checksum:u32]
 *   sequence := lengths:u8 [more]* literals [distance:u16 [more]*]
 *
 * Source: https://github.com/lz4/lz4/tree/dev/doc
 */
import { ByteReader } from './byte-reader.ts';
import type { Decompressed } from './decompressed.ts';

const magic = 0x184d2204;
const flag = { dictionary: 0x01, contentSize: 0x08, blockChecksum: 0x10 };
const isPlain = 2 ** 31;
const shortest = 4;

export function readLz4(bytes: Buffer, to: Decompressed): void {
  const from = new ByteReader(bytes);
  if (from.uintLE(4) !== magic) throw new RangeError('no frame of LZ4');
  const flags = from.uintLE(1);
  from.skip(1 + (flags & flag.contentSize ? 8 : 0) + (flags & flag.dictionary ? 4 : 0) + 1);
  for (let size = from.uintLE(4); size !== 0; size = from.uintLE(4)) {
    const block = from.bytes(size % isPlain);
    if (size >= isPlain) to.append(block);
    else readBlock(new ByteReader(block), to);
    if (flags & flag.blockChecksum) from.skip(4);
  }
}

function readBlock(from: ByteReader, to: Decompressed): void {
  while (from.left > 0) {
    const lengths = from.uintLE(1);
    to.append(from.bytes(lengthOf(from, lengths >> 4)));
    if (from.left === 0) return; // the last one ends with its literals
    const distance = from.uintLE(2);
    to.repeat(distance, shortest + lengthOf(from, lengths & 0x0f));
  }
}

function lengthOf(from: ByteReader, first: number): number {
  let length = first;
  for (let more = first === 0x0f ? 255 : 0; more === 255; length += more) more = from.uintLE(1);
  return length;
}
