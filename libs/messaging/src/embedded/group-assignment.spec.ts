import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignShares, type Share } from './group-assignment.ts';

const share = (key: string, candidates: readonly string[], holder?: string): Share<string> => ({
  key,
  candidates,
  holder,
});
const both = ['a', 'b'];

it('gives a newcomer its part and leaves the rest where it is', () => {
  const assigned = assignShares(['0', '1', '2', '3'].map((key) => share(key, both, 'a')));
  expect([...assigned.values()].filter((member) => member === 'a')).toHaveLength(2);
  expect([...assigned.values()].filter((member) => member === 'b')).toHaveLength(2);
});

it('moves nothing when everybody has its part', () => {
  const shares = [share('0', both, 'a'), share('1', both, 'b'), share('2', both, 'b')];
  expect(Object.fromEntries(assignShares(shares))).toEqual({ '0': 'a', '1': 'b', '2': 'b' });
});

it('leaves a share that nobody may have without a member', () => {
  expect(assignShares([share('0', [])]).size).toBe(0);
});

it('gives every share to one who may have it, and to nobody two more than to another', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.option(fc.integer({ min: 0, max: 4 }))),
      (count, holders) => {
        const members = Array.from({ length: count }, (_, at) => `m${String(at)}`);
        const assigned = assignShares(
          holders.map((holder, at) => share(String(at), members, holder === null ? undefined : `m${String(holder)}`)),
        );
        expect(assigned.size).toBe(holders.length);
        const loads = members.map((member) => [...assigned.values()].filter((one) => one === member).length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(2);
      },
    ),
  ));
