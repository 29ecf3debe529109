/**
 * Snappy, as far as it is read: as Java clients frame it, or bare.
 *
 *   framed  := 0x82 "SNAPPY" 0x00 version:i32 compatible:i32 (bytes:i32 bare)*
 *   bare    := length:varint element*
 *   element := tag:u8 [length] literals | tag:u8 distance
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
import { ByteReader } from './byte-reader.ts';
import type { Decompressed } from './decompressed.ts';

const framed = Buffer.from('\x82SNAPPY\0', 'latin1');
/** Longer literals say their length in one to four bytes of its own. */
const longestInTag = 60;

export function readSnappy(bytes: Buffer, to: Decompressed): void {
  const from = new ByteReader(bytes);
  if (!bytes.subarray(0, framed.length).equals(framed)) return readBare(from, to);
  from.skip(framed.length + 4 + 4);
  while (from.left > 0) readBare(new ByteReader(from.bytes(from.int32())), to);
}

function readBare(from: ByteReader, to: Decompressed): void {
  while (from.uintLE(1) > 127); // the length: what is there says it too
  while (from.left > 0) readElement(from, to);
}

function readElement(from: ByteReader, to: Decompressed): void {
  const tag = from.uintLE(1);
  const upper = tag >> 2;
  switch (tag & 3) {
    case 0:
      return to.append(from.bytes(1 + (upper < longestInTag ? upper : from.uintLE(upper - longestInTag + 1))));
    case 1:
      return to.repeat((upper >> 3) * 256 + from.uintLE(1), 4 + (upper & 7));
    case 2:
      return to.repeat(from.uintLE(2), 1 + upper);
    default:
      return to.repeat(from.uintLE(4), 1 + upper);
  }
}
