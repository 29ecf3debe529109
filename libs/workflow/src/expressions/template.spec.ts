import { expect, it } from 'vitest';
import { compileTemplate } from './template.ts';

it('remembers templates up to a bound, and forgets none that it needs', { timeout: 60_000 }, () => {
  const first = compileTemplate('${{ input.n }} first');
  expect(compileTemplate('${{ input.n }} first')).toBe(first);
  for (let index = 0; index < 5_000; index += 1) compileTemplate(`\${{ input.n }} ${index}`);
  expect(compileTemplate('${{ input.n }} first')).toBe(first);
  for (let index = 0; index < 8_500; index += 1) compileTemplate(`\${{ input.n }} ${index}`);
  expect(compileTemplate('${{ input.n }} first')).not.toBe(first);
});
