import { expect, it } from 'vitest';
import { countAtMost, countText } from './count-tokens.ts';

it('takes the bytes for an answer when they are few enough', async () => {
  expect(await countAtMost(['hello world'], 100)).toBe(11 + 16);
});

it('counts exactly when the bytes do not settle it', async () => {
  expect(await countAtMost(['hello world '.repeat(100)], 100)).toBeLessThan(250);
}, 60_000);

it('counts a text of one endless word, in time that grows with its length only', async () => {
  expect(await countText('a'.repeat(100_000))).toBeGreaterThan(10_000);
}, 60_000);
