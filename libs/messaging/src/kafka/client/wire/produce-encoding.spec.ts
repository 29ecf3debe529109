import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { leanProduce } from './lean-wire.ts';
import { argumentsOf, client, encoded, now, topicData, type Arguments } from '../../../testing/kafka-wire.ts';

const produce = leanProduce(client.produce);

beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(now));
afterEach(() => void vi.restoreAllMocks());

it.each([3, 5, 7])('writes the bytes that the client writes itself, version %i', async (version) => {
  await fc.assert(
    fc.asyncProperty(topicData, async (data) => {
      const args = argumentsOf(data);
      const [ours, theirs] = await Promise.all([
        encoded(produce, version, args),
        encoded(client.produce, version, args),
      ]);
      expect(ours.equals(theirs)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('writes a record of every length around those at which a length takes another byte', async () => {
  for (const length of [0, 1, 40, 63, 64, 65, 300, 511, 512, 8_000, 8_190, 8_191, 8_192, 8_193, 1_048_575, 1_048_576]) {
    for (const unit of ['x', 'ü']) {
      const messages = [{ key: 'k', value: unit.repeat(length), headers: { ce_id: unit.repeat(length % 9_000) } }];
      const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }]);
      const [ours, theirs] = await Promise.all([encoded(produce, 7, args), encoded(client.produce, 7, args)]);
      expect([length, unit, ours.equals(theirs)]).toEqual([length, unit, true]);
    }
  }
});

it.each([
  ['a transaction', { transactionalId: 'me', producerId: 5 }, {}],
  ['an idempotent producer', { producerId: 5 }, {}],
  ['compression', { compression: 1 }, {}],
  ['a time of its own', {}, { timestamp: String(now - 5) }],
  ['several values for a header', {}, { headers: { twice: ['a', 'b'] } }],
])('leaves a produce with %s to the client', async (_what, more, of) => {
  const messages = [
    { key: 'k', value: 'v', ...of },
    { key: 'k', value: 'w' },
  ];
  const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }], more) as Arguments;
  const [ours, theirs] = await Promise.all([encoded(produce, 7, args), encoded(client.produce, 7, args)]);
  expect(ours.equals(theirs)).toBe(true);
});
