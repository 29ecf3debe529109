import fc from 'fast-check';
import { expect, it } from 'vitest';
import { childOf, formatTraceparent, isSampled, newTraceparent, parseTraceparent } from './trace-context.ts';

const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length })
    .filter((id) => !/^0+$/.test(id));

it('reads back what it writes', () =>
  fc.assert(
    fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 3 }), (traceId, spanId, flags) => {
      expect(parseTraceparent(formatTraceparent({ traceId, spanId, flags }))).toEqual({ traceId, spanId, flags });
    }),
  ));

it.each([
  ['an absent header', undefined],
  ['an empty header', ''],
  ['a short header', header.slice(0, 54)],
  ['upper case', header.toUpperCase()],
  ['a foreign letter', header.replace('0af', '0ag')],
  ['a letter outside ASCII', header.replace('0af', '0aé')],
  ['a missing dash', header.replace(/-/g, '0')],
  ['a zero trace id', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a zero span id', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ['the forbidden version', header.replace(/^00/, 'ff')],
  ['more fields in version 00', `${header}-more`],
  ['text glued to a later version', `${header.replace(/^00/, '01')}more`],
])('refuses %s', (_what, value) => expect(parseTraceparent(value)).toBeUndefined());

it('reads a later version that adds fields', () =>
  expect(parseTraceparent(`${header.replace(/^00/, '01')}-more`)?.spanId).toBe('b7ad6b7169203331'));

it('drops flags that version 00 does not know', () =>
  expect(parseTraceparent(header.replace(/01$/, 'ff'))?.flags).toBe(3));

it.each(['0', '1', '2', '3', '4', '9', 'a', 'b', 'e', 'f'])('reads the last flag digit %s', (digit) =>
  expect(parseTraceparent(`${header.slice(0, 54)}${digit}`)?.flags).toBe(Number.parseInt(digit, 16) & 3),
);

it('writes version 00 for the child of a later version', () =>
  expect(childOf(`${header.replace(/^00/, 'cc')}-more`)).toMatch(
    /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/,
  ));

it('keeps trace and flags of the parent and changes the span', () => {
  const unsampled = header.replace(/01$/, '00');
  for (const parent of [header, unsampled]) {
    const child = childOf(parent);
    expect(child.slice(0, 36)).toBe(parent.slice(0, 36));
    expect(child.slice(52)).toBe(parent.slice(52));
    expect(child).not.toBe(parent);
  }
});

it.each([undefined, 'nonsense'])('starts a sampled trace when the parent is %s', (parent) => {
  const context = parseTraceparent(childOf(parent));
  expect(context && isSampled(context)).toBe(true);
});

it('never makes the same id twice', () => {
  const ids = new Set(Array.from({ length: 20_000 }, () => newTraceparent().slice(36, 52)));
  expect(ids.size).toBe(20_000);
});

it('never throws on any text', () => fc.assert(fc.property(fc.string(), (text) => void parseTraceparent(text))));
