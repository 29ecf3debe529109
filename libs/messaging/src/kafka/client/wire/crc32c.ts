/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches, eight bytes at a time: "slicing-by-8" of M. E. Kounavis and F. L. Berry,
 * "A systematic approach to building high performance software-based CRC generators" (ISCC 2005). zlib, and so Node, has the other CRC-32 only.
 */
const polynomial = 0x82f63b78; // reversed
const lanes = 8;
const tables = makeTables();

/** Of the bytes from `from` to `to`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = -1;
  let at = from;
  for (; at + lanes <= to; at += lanes) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7![crc & 255]! ^
      t6![(crc >>> 8) & 255]! ^
      t5![(crc >>> 16) & 255]! ^
      t4![crc >>> 24]! ^
      t3![bytes[at + 4]!]! ^
      t2![bytes[at + 5]!]! ^
      t1![bytes[at + 6]!]! ^
      t0![bytes[at + 7]!]!;
  }
  for (; at < to; at += 1) crc = t0![(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Table n: what a byte followed by n zero bytes does to the checksum. */
function makeTables(): readonly Int32Array[] {
  const all = Array.from({ length: lanes }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    all[0]![byte] = crc;
  }
  for (let lane = 1; lane < lanes; lane += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const before = all[lane - 1]![byte]!;
      all[lane]![byte] = all[0]![before & 255]! ^ (before >>> 8);
    }
  }
  return all;
}
