import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { writeProduce, type ProduceBody } from './produce-encoding.ts';
import { argumentsOf, client, encoded, now, topicData, written } from '../../../testing/kafka-wire.ts';

const ours = (body: ProduceBody): Buffer => written((to) => writeProduce(to, body, now));

beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(now));
afterEach(() => void vi.restoreAllMocks());

it.each([3, 5, 7])('writes the bytes that the client writes itself, version %i', async (version) => {
  await fc.assert(
    fc.asyncProperty(topicData, async (data) => {
      const args = argumentsOf(data);
      expect(ours(args).equals(await encoded(client.produce, version, args))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('writes a record of every length around those at which a length takes another byte', async () => {
  for (const length of [0, 1, 40, 63, 64, 65, 300, 511, 512, 8_000, 8_190, 8_191, 8_192, 8_193, 1_048_575, 1_048_576]) {
    for (const unit of ['x', 'ü']) {
      const messages = [{ key: 'k', value: unit.repeat(length), headers: { ce_id: unit.repeat(length % 9_000) } }];
      const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }]);
      const theirs = await encoded(client.produce, 7, args);
      expect([length, unit, ours(args).equals(theirs)]).toEqual([length, unit, true]);
    }
  }
});
