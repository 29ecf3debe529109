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
