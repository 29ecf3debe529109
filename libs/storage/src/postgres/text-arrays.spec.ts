import { expect, it } from 'vitest';
import { textArray, textArraysOf } from './text-arrays.ts';

it('writes what array_recv reads: dimensions, flag, type, length, first index, then each text with its bytes', () => {
  const expected = '00000001' + '00000000' + '00000019' + '00000002' + '00000001' + '00000002c3a4' + '00000000';
  expect(textArray(['ä', '']).toString('hex')).toBe(expected);
});

it('writes an empty array without a dimension', () => {
  expect(textArray([]).toString('hex')).toBe('000000000000000000000019');
});

it('finds the parameters that a statement takes as texts', () => {
  const statement = 'SELECT * FROM unnest($2::text[], $1::bigint[], $12::text[]) WHERE id = ANY ($2::text[])';
  expect([...textArraysOf(statement)]).toEqual([1, 11]);
});
