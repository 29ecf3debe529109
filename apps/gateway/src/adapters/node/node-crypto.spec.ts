import { expect, it } from 'vitest';
import { isUuid7, madeAt } from '../../domain/task-id.ts';
import { nodeCrypto } from './node-crypto.ts';

it('makes ids that ascend, also within a millisecond, and tell when they were made', () => {
  const before = Date.now();
  const ids = Array.from({ length: 1_000 }, () => nodeCrypto.newId());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !isUuid7(id))).toEqual([]);
  expect(madeAt(ids[0]!)).toBeGreaterThanOrEqual(before);
  expect(madeAt(ids.at(-1)!)).toBeLessThanOrEqual(Date.now());
});
