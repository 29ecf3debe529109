import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeFetch } from './fetch-encoding.ts';
import { client, encoded, written } from '../../../testing/kafka-wire.ts';

const size = fc.nat(2 ** 31 - 1);
const partition = fc.record({ partition: size, fetchOffset: fc.maxSafeNat().map(String), maxBytes: size });
const topic = fc.record({ topic: fc.string({ unit: 'grapheme' }), partitions: fc.array(partition) });
const asked = fc.record(
  {
    maxWaitTime: size,
    minBytes: size,
    maxBytes: size,
    topics: fc.array(topic),
    isolationLevel: fc.constantFrom(0, 1),
    rackId: fc.string(),
  },
  { requiredKeys: ['maxWaitTime', 'minBytes', 'maxBytes', 'topics'] },
);

it('writes the bytes that the client writes itself', async () => {
  await fc.assert(
    fc.asyncProperty(asked, async (args) => {
      const ours = written((to) => writeFetch(to, args));
      expect(ours.equals(await encoded(client.fetch, 11, args))).toBe(true);
    }),
  );
});

it('says what is new in a session and what is forgotten', () => {
  const of = { maxWaitTime: 1, minBytes: 2, maxBytes: 3, topics: [] };
  const said = {
    session: { id: 7, epoch: 5 },
    topics: [{ topic: 't', partitions: [{ partition: 3, fetchOffset: '9', maxBytes: 4 }] }],
    forgotten: [{ topic: 'f', partitions: [1, 2] }],
  };
  const [head, session] = ['ffffffff' + '00000001' + '00000002' + '00000003' + '01', '00000007' + '00000005'];
  const topics =
    '00000001' + '000174' + '00000001' + '00000003' + 'ffffffff' + '0000000000000009' + 'ff'.repeat(8) + '00000004';
  const forgotten = '00000001' + '000166' + '00000002' + '00000001' + '00000002';
  expect(written((to) => writeFetch(to, of, said)).toString('hex')).toBe(`${head}${session}${topics}${forgotten}0000`);
});
