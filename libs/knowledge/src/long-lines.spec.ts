/** Time that grows with the square of a line would be minutes here: the test would not end in time. */
import { expect, it } from 'vitest';
import { parseDocument } from './parse-document.ts';

const length = 1_000_000;
const blanks = ' '.repeat(length);
const cells = '|---'.repeat(length / 4);

it.each([
  ['a rule of a table that is none', `a | b\n|---${blanks}x`],
  ['a rule of very many columns that is none', `a | b\n${cells}|x`],
  ['a fence with a line separator', `${'`'.repeat(length)}\u2028x`],
])('reads a line of a million characters: %s', (_what, text) => {
  const blocks = [...parseDocument({ name: 'a.md', mediaType: '', bytes: new TextEncoder().encode(text) })].flat();
  expect(JSON.stringify(blocks)).toContain('x');
});
