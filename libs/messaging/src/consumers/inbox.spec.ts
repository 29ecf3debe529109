import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IncomingMessage } from '@waybill/contracts';
import { Inbox } from './inbox.ts';

const records = (from: number, to: number, topic = 'a'): IncomingMessage[] =>
  Array.from({ length: to - from }, (_, index) => ({
    topic,
    partition: 0,
    offset: from + index,
    key: 'k',
    headers: {},
    value: null,
    timestamp: 0,
  }));
const batch = (from: number, to: number, topic = 'a') => ({
  topic,
  partition: 0,
  records: records(from, to, topic),
  nextOffset: to,
});
const offsetsOf = (taken: { records: readonly IncomingMessage[] }) => taken.records.map(({ offset }) => offset);

it('hands out each record once and in order, whatever is redelivered and however much is taken at once', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20))), fc.integer({ min: 1, max: 7 }), (deliveries, max) => {
      const inbox = new Inbox();
      inbox.expect({ topic: 'a', partition: 0, offset: 3 });
      let end = 3;
      const seen: number[] = [];
      for (const [back, forth] of deliveries) {
        const from = Math.max(0, end - back);
        inbox.accept(batch(from, from + forth));
        end = Math.max(end, from + forth);
        if (forth % 2 === 0) seen.push(...offsetsOf(inbox.take(max)));
      }
      while (!inbox.isEmpty) seen.push(...offsetsOf(inbox.take(max)));
      expect(seen).toEqual(Array.from({ length: end - 3 }, (_, index) => index + 3));
    }),
  ));

it('says where each partition goes on after what was taken', () => {
  const inbox = new Inbox();
  inbox.accept(batch(0, 3));
  inbox.accept(batch(7, 9, 'b'));
  expect(inbox.take(4).next).toEqual([
    { topic: 'a', partition: 0, offset: 3 },
    { topic: 'b', partition: 0, offset: 8 },
  ]);
});

it('hands out first what was put back, from where reading is to go on', () => {
  const inbox = new Inbox();
  inbox.accept(batch(0, 5));
  const taken = inbox.take(3);
  inbox.putBack(taken);
  expect(inbox.size).toBe(5);
  expect(inbox.expect({ topic: 'a', partition: 0, offset: 2 })).toBe(true);
  expect(offsetsOf(inbox.take(9))).toEqual([2, 3, 4]);
});

it('admits that it cannot go back below what it holds', () => {
  const inbox = new Inbox();
  inbox.expect({ topic: 'a', partition: 0, offset: 5 });
  inbox.accept(batch(5, 9));
  expect(inbox.expect({ topic: 'a', partition: 0, offset: 4 })).toBe(false);
});

it('does not take back what belongs to a partition that was given up and taken anew', () => {
  const inbox = new Inbox();
  inbox.accept(batch(0, 5));
  const taken = inbox.take(5);
  inbox.forget({ topic: 'a', partition: 0 });
  inbox.expect({ topic: 'a', partition: 0, offset: 4 });
  inbox.putBack(taken);
  expect(inbox.isEmpty).toBe(true);
});

it('skips holes of the log', () => {
  const inbox = new Inbox();
  inbox.expect({ topic: 'a', partition: 0, offset: 0 });
  inbox.accept({ ...batch(4, 6), nextOffset: 8 });
  expect(inbox.take(9).next).toEqual([{ topic: 'a', partition: 0, offset: 8 }]);
});

it('counts the characters that are in it, whatever comes in, leaves, is put back or forgotten', () => {
  const inbox = new Inbox();
  const large = (from: number, to: number, topic: string) => {
    const made = batch(from, to, topic);
    return { ...made, records: made.records.map((record) => ({ ...record, value: 'abc' })) };
  };
  inbox.accept(large(0, 4, 'a'));
  inbox.accept(large(0, 5, 'b'));
  inbox.accept(batch(5, 6, 'b'));
  expect(inbox.chars).toBe(27);
  const taken = inbox.take(6);
  expect(inbox.chars).toBe(9);
  inbox.putBack(taken);
  expect(inbox.chars).toBe(27);
  expect(offsetsOf(inbox.take(9, 12))).toEqual([0, 1, 2, 3]);
  inbox.forget({ topic: 'b', partition: 0 });
  expect(inbox.chars).toBe(0);
});
