import fc from 'fast-check';
import { expect, it } from 'vitest';
import { murmur2, partitionOf } from './partitioner.ts';

/** From Kafka's own UtilsTest.testMurmur2. */
const published: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

it.each(published)('hashes %s as Kafka publishes it', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
  expect(partitionOf(key, 1000)).toBe((hash & 0x7fffffff) % 1000);
});

it('gives text the partition of its UTF-8 bytes, whatever the text', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), fc.integer({ min: 2, max: 64 }), (key, n) => {
      expect(partitionOf(key, n)).toBe((murmur2(Buffer.from(key)) & 0x7fffffff) % n);
    }),
  ));
