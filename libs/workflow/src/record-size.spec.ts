import { limits, type Json } from '@waybill/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { misfit } from './record-size.ts';

const allowed = limits.recordBytes - 16_384;

it('counts bytes of UTF-8, escapes included, when it is near the limit', () => {
  expect(misfit('x'.repeat(allowed - 2))).toBeUndefined();
  expect(misfit('x'.repeat(allowed - 1))).toBe('payload_too_large');
  expect(misfit('é'.repeat(allowed / 2 - 1))).toBeUndefined();
  expect(misfit('é'.repeat(allowed / 2))).toBe('payload_too_large');
  expect(misfit('€'.repeat(allowed / 3))).toBe('payload_too_large');
  expect(misfit('\u0001'.repeat(allowed / 6))).toBe('payload_too_large');
  expect(misfit('😀'.repeat(allowed / 4 - 1))).toBeUndefined();
  expect(misfit([null, true, 'é'.repeat(allowed / 2)])).toBe('payload_too_large');
  expect(misfit(Array.from({ length: allowed / 2 - 1 }, () => 1))).toBeUndefined();
  expect(misfit({ ['k'.repeat(allowed)]: 1 })).toBe('payload_too_large');
});

it('bounds the depth without going there', () => {
  let value: Json = 1;
  for (let depth = 0; depth < limits.jsonDepth; depth += 1) value = [value];
  expect(misfit(value)).toBeUndefined();
  expect(misfit({ a: value })).toBeUndefined();
  expect(misfit({ a: [value] })).toBe('too_deep');
});

it('lets through whatever is small', () =>
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => misfit(value as Json) === undefined)));
