import { expect, it } from 'vitest';
import { didYouMean, nearestName } from './nearest-name.ts';

const known = ['goal', 'workflow', 'priority', 'labels'];

it('finds a name that was misspelt', () => {
  expect(nearestName('prioritty', known)).toBe('priority');
  expect(nearestName('Workflwo', known)).toBe('workflow');
  expect(didYouMean('label', known)).toBe(' Did you mean labels?');
});
it('does not guess', () => {
  expect(nearestName('foo', known)).toBeUndefined();
  expect(nearestName('x'.repeat(65), known)).toBeUndefined();
  expect(didYouMean('deadline', known)).toBe('');
});
