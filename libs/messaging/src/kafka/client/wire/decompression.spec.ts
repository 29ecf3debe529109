/** Batches as Java's producer (4.3.1) has compressed them and a broker has stored them, and what is not what it says. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { response } from '../../../testing/kafka-wire.ts';
import { Decompressed } from './decompressed.ts';
import { decompressed } from './decompression.ts';
import { decodeFetch } from './fetch-decoding.ts';

const stored = {
  gzip:
    '0000000000000000000000e90000000002e17b2546000100000005000001a22c84a075000001a22c84a094000000000000000000' +
    '0000000000000000061f8b08000000000000ff9bc2c8c0c0c0959d5aa96050179291aa50589a999cad9054945f9ea790965fa190' +
    '559a5b50ac905f965aa4500294ce49acaa5448c94fd75148cc4b814a26a62766e62918e8311c6364b063029b65b88e9164c34022' +
    '2045e834b225867a0cdf8096b0802d31ba473d4b88b1dc488f611913831d1bd872e33e269a5b4e8ca38cf518ae011dc5017694c9' +
    'be817314318e35d163686366b0e3023bd6f4dde0732c319e30d56300007fdee62a35030000',
  snappy:
    '00000000000000000000011c000000000225f3384d000200000005000001a22c84aaa4000001a22c84aaf6000000000000000100' +
    '00000000000000000682534e41505059000000000100000001000000d7ba06f03c94010000000a6b657920307e54686520717569' +
    '636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672c20616e6420091d38616761696e2030' +
    '2e00c80100a40102054d0831ae01c24e00016001733e08002e66000c312e00f80166000405660432defe660019663e760011102e' +
    '7e0020322e00a80200a40106057e08338e02fee40015e4116e9e08002e96000c332e00d80196000805960434befe9600e696005e' +
    'be002eae0020342e00880300a4010a05ae0435eefeae00feae0046ae008ec60008352e00',
  lz4:
    '00000000000000000000011400000000029e8842c8000300000005000001a22c84b5c3000001a22c84b608000000000000000200' +
    '00000000000000000604224d18604082d4000000f32d94010000000a6b657920307e54686520717569636b2062726f776e20666f' +
    '78206a756d7073206f76657220746865206c617a7920646f672c20616e641d00f100616761696e20302e00c801008a01024d003f' +
    '31ae014e001e0060000073000c080002830002660040312e00f86600110466002f32de6600370c7600041000087e0091322e00a8' +
    '02008a01067e003f338e02e40036046e000f08001508960040332e00d89600110896002f34be9600670fbe000508ae0091342e00' +
    '8803008a010aae002f35eeae007f0fc6000f506e20352e0000000000',
  zstd:
    '0000000000000000000000f10000000002cfa49a6c000400000005000001a22c84c12f000001a22c84c15e000000000000000300' +
    '00000000000000000628b52ffd0058a40500c40794010000000a6b657920307e54686520717569636b2062726f776e20666f7820' +
    '6a756d7073206f76657220746865206c617a7920646f672c20616e64616761696e20302e00c601005c0231ae01746865312e00f6' +
    '01005e0432de322e00a602005e06338e02332e00d602005e0834be342e008603005e0a35ee352e00160048c30100c10310869661' +
    '860b00820b12068131860b00020733a06580e10280e000c220301ab85821a8e31a4211c3139a62e02a28010000',
} as const;
const codecOf = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
const headBytes = 61;

const expected = Array.from({ length: 6 }, (_, n) => [
  `key ${n}`,
  `The quick brown fox jumps over the lazy dog, and ${'the fox '.repeat(n * 3)}jumps again ${n}.`,
]);

for (const name of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  const batch = Buffer.from(stored[name], 'hex');

  it(`reads ${name}`, () => {
    const { responses } = decodeFetch(response([{ topic: 't', partition: 0, records: batch }]));
    expect(responses[0]!.partitions[0]!.messages.map(({ key, value }) => [key, value])).toEqual(expected);
  });

  it(`says of ${name} that is cut short or damaged that it is, or takes it for something else, and comes to an end`, () => {
    const records = batch.subarray(headBytes);
    fc.assert(
      fc.property(fc.nat(records.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const damaged = isCut ? records.subarray(0, at) : Buffer.from(records).fill(byte, at, at + 1);
        try {
          decompressed(codecOf[name], damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 300 },
    );
  });
}

it('reads Snappy without frames, and literals and repetitions of every length', () => {
  const literal = 'x'.repeat(70) + 'abc';
  const bare = [
    [100, 60 << 2, literal.length - 1, ...Buffer.from(literal)], // its length in a byte of its own
    [(0 << 5) | (2 << 2) | 1, 3], // 6 of 3 ago
    [(4 << 2) | 2, 73, 0], // 5 of 73 ago
    [(2 << 2) | 3, 3, 0, 0, 0], // 3 of 3 ago
  ];
  expect(decompressed(2, Buffer.from(bare.flat())).toString()).toBe(`${literal}abcabc${literal.slice(6, 11)}xxx`);
});

it('reads a short repetition in Snappy of what lies far back', () => {
  const literal = `first${'x'.repeat(600)}`;
  const bare = [[100, 61 << 2, (literal.length - 1) % 256, (literal.length - 1) >> 8, ...Buffer.from(literal)]];
  bare.push([(2 << 5) | (1 << 2) | 1, literal.length % 256]); // 5 of 605 ago, in one byte beside the tag
  expect(decompressed(2, Buffer.from(bare.flat())).toString()).toBe(`${literal}first`);
});

it('refuses what repeats what was not there, and what never ends', () => {
  const to = new Decompressed(1_000_000);
  to.append(Buffer.from('ab'));
  expect(() => to.repeat(3, 1)).toThrow('repeats what was not there');
  to.repeat(2, 999_998);
  expect(to.bytes.toString()).toBe('ab'.repeat(500_000));
  expect(() => to.repeat(2, 1)).toThrow('more than 1000000 bytes');
});

it('does not know what nobody has compressed in yet', () => {
  expect(() => decompressed(5, Buffer.alloc(0))).toThrow('5');
});
