import type { OutgoingMessage } from '@waybill/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBatch } from './batch-decoding.ts';
import { encodeBatch } from './batch-encoding.ts';

const text = fc.string({ unit: 'grapheme' });
const message: fc.Arbitrary<OutgoingMessage> = fc.record({
  topic: fc.constant('t'),
  key: text,
  headers: fc.dictionary(
    fc.oneof(
      fc.constantFrom('ce_id', 'tenant'),
      text.filter((name) => name !== '__proto__'),
    ),
    text,
  ),
  value: fc.oneof(text, fc.constant(null), fc.uint8Array()),
});
const place = (count: number) => ({ topic: 't', partition: 3, baseOffset: 40, count, timestamp: 7 });
const whole = (messages: readonly OutgoingMessage[]) =>
  messages.map((one, at) => ({ ...one, headers: { ...one.headers }, partition: 3, offset: 40 + at, timestamp: 7 }));

it('gives back what it was given', () =>
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      expect(decodeBatch(encodeBatch(messages).slice(), place(messages.length))).toEqual(whole(messages));
    }),
  ));

it('keeps a batch that outgrows its scratch memory', () => {
  const large = Array.from({ length: 3_000 }, (_, at) => ({
    topic: 't',
    key: `key-${String(at)}`,
    headers: { [`name-${String(at % 50)}`]: 'ä'.repeat(300) },
    value: at % 2 ? 'x'.repeat(3_000) : new Uint8Array(2_000).fill(at),
  }));
  expect(decodeBatch(encodeBatch(large).slice(), place(3_000))).toEqual(whole(large));
});

it('tells bytes from text, also when the bytes are no UTF-8', () => {
  const value = new Uint8Array([0xff, 0xfe, 0, 0x80]);
  const [record] = decodeBatch(encodeBatch([{ topic: 't', key: '', headers: {}, value }]).slice(), place(1));
  expect(record!.value).toEqual(value);
});

it('writes a header that repeats once', () => {
  const one = { topic: 't', key: 'k', headers: { tenant: 'a tenant with a long name' }, value: 'v' };
  const single = encodeBatch([one]).length;
  expect(encodeBatch(Array.from({ length: 100 }, () => one)).length).toBeLessThan(single + 99 * 8);
});
