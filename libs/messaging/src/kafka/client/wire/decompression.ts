/** Batches whose records somebody else has compressed: ours are not. */
import zlib from 'node:zlib';
import { Decompressed } from './decompressed.ts';
import { readLz4 } from './lz4.ts';
import { readSnappy } from './snappy.ts';

/** Of one batch: a broker takes 2 MiB of what is compressed. */
const mostBytes = 256 * 1024 * 1024;
const limit = { maxOutputLength: mostBytes };

export class UnknownCompression extends Error {}

/** As batches number it. Throws what its way of compressing does where it is damaged. */
export function decompressed(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case 1:
      return zlib.gunzipSync(bytes, limit);
    case 2:
      return by(readSnappy, bytes);
    case 3:
      return by(readLz4, bytes);
    case 4:
      return zlib.zstdDecompressSync(bytes, limit);
    default:
      throw new UnknownCompression(`nobody has compressed as ${codec} yet`);
  }
}

function by(read: (bytes: Buffer, to: Decompressed) => void, bytes: Buffer): Buffer {
  const to = new Decompressed(mostBytes);
  read(bytes, to);
  return to.bytes;
}
