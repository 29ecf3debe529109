/**
 * Which partition a key lands on: Kafka's default, murmur2 of the key's UTF-8 bytes, so that a Java or kafkajs producer agrees.
 * A key is hashed for every record, so ASCII (ids, names) is hashed without making bytes of it.
 */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : (hashOf(key) & 0x7fffffff) % partitions;
}

const mix = 0x5bd1e995;
const seed = 0x9747b28c;

/** Austin Appleby's MurmurHash2 with Kafka's seed, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    hash = stir(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  const left = length - at;
  if (left === 3) hash ^= bytes[at + 2]! << 16;
  if (left >= 2) hash ^= bytes[at + 1]! << 8;
  if (left >= 1) hash = Math.imul(hash ^ bytes[at]!, mix);
  return finish(hash);
}

function hashOf(key: string): number {
  const { length } = key;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const a = key.charCodeAt(at);
    const b = key.charCodeAt(at + 1);
    const c = key.charCodeAt(at + 2);
    const d = key.charCodeAt(at + 3);
    if ((a | b | c | d) > 127) return murmur2(Buffer.from(key));
    hash = stir(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (let rest = at; rest < length; rest++) if (key.charCodeAt(rest) > 127) return murmur2(Buffer.from(key));
  const left = length - at;
  if (left === 3) hash ^= key.charCodeAt(at + 2) << 16;
  if (left >= 2) hash ^= key.charCodeAt(at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ key.charCodeAt(at), mix);
  return finish(hash);
}

function stir(hash: number, word: number): number {
  const once = Math.imul(word, mix);
  return Math.imul(hash, mix) ^ Math.imul(once ^ (once >>> 24), mix);
}

function finish(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 13), mix);
  return once ^ (once >>> 15);
}
