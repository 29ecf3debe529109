import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leanFetch } from './lean-wire.ts';
import { client, encoded } from '../../../testing/kafka-wire.ts';

const fetch = leanFetch(client.fetch);
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
      const [ours, theirs] = await Promise.all([encoded(fetch, 11, args), encoded(client.fetch, 11, args)]);
      expect(ours.equals(theirs)).toBe(true);
    }),
  );
});

it.each([4, 7, 10])('leaves version %i to the client, and how long it may take', async (version) => {
  const args = { maxWaitTime: 5, minBytes: 1, maxBytes: 9, topics: [] };
  const [ours, theirs] = await Promise.all([encoded(fetch, version, args), encoded(client.fetch, version, args)]);
  expect(ours.equals(theirs)).toBe(true);
});

it('leaves a fetch of a session, or for a copy, to the client, and keeps how long each may take', async () => {
  const args = { maxWaitTime: 5, minBytes: 1, maxBytes: 9, topics: [] };
  for (const more of [{ sessionId: 7 }, { replicaId: 3 }]) {
    const all = { ...args, ...more };
    const [ours, theirs] = await Promise.all([encoded(fetch, 11, all), encoded(client.fetch, 11, all)]);
    expect(ours.equals(theirs)).toBe(true);
  }
  expect(fetch.protocol({ version: 11 })(args)).toMatchObject({ requestTimeout: 105 });
});
