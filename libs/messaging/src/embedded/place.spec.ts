import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { maxPartitionId, offsetOf, placeOf } from './place.ts';

/** How V8 holds a number: a small integer is written as `I`, one on the heap as `N`. */
const kindOf = (number: number): string => String.fromCharCode(serialize(number)[2]!);

describe('a place', () => {
  it.each([
    [1, 0],
    [maxPartitionId, 7],
    [3, 2 ** 31 - 1],
    [3, 2 ** 31],
    [maxPartitionId, 2 ** 38 - 1],
  ])('gives back the offset: partition %i, offset %i', (id, offset) => {
    expect(offsetOf(placeOf(id, offset))).toBe(offset);
  });

  it('gives a small offset as a small integer', () => {
    expect([kindOf(5), kindOf(placeOf(3, 5))]).toEqual(['I', 'N']);
    expect(kindOf(offsetOf(placeOf(3, 5)))).toBe('I');
  });
});
