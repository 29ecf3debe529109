import { stripVTControlCharacters, styleText } from 'node:util';
import { expect, it } from 'vitest';
import { wrapped } from './print.ts';

const answer = '  - “Each partition is assigned to exactly one member of the group.” [1]';

it('breaks between words, below the text', () => {
  expect(wrapped(answer, 40).split('\n')).toEqual([
    '  - “Each partition is assigned to',
    '    exactly one member of the group.”',
    '    [1]',
  ]);
  expect(wrapped('  1. retriever  Find passages in the documents.', 32).split('\n')).toEqual([
    '  1. retriever  Find passages in',
    '     the documents.',
  ]);
});

it('leaves whole what fits, a long word, and everything where there is no edge', () => {
  expect(wrapped(answer, answer.length)).toBe(answer);
  expect(wrapped(answer, undefined)).toBe(answer);
  const path = `see ${'/very/long'.repeat(8)} there`;
  expect(wrapped(path, 40).split('\n')).toEqual(['see', '/very/long'.repeat(8), 'there']);
  expect(wrapped(answer, 12)).toBe(answer);
});

it('counts what is seen: colours take no room, and last over a break', () => {
  const faint = styleText('dim', 'one two three four five six', { validateStream: false });
  expect(wrapped(faint, 27)).toBe(faint);
  expect(stripVTControlCharacters(wrapped(faint, 20))).toBe('one two three four\nfive six');
});
