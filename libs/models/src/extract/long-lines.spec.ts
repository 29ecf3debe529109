/** Time that grows with the square of a text would be minutes here: the test would not end in time. */
import { expect, it } from 'vitest';
import { splitQuestion } from './facets.ts';
import { selectQuotes } from './select-quotes.ts';
import { sentencesOf } from './sentences.ts';

const blanks = ' '.repeat(1_000_000);

it.each([
  ['indented', `${blanks}Pandas eat bamboo.`],
  ['with a gap', `Pandas eat${blanks}bamboo.`],
  ['of a heading', `# Pandas${blanks}bamboo\n\nThey eat it.`],
])('reads a line of a million blanks: %s', (_what, text) => {
  expect(sentencesOf(text).length).toBeGreaterThan(0);
});

it('takes questions and passages with a million blanks', () => {
  expect(splitQuestion(`What do pandas eat,${blanks}x?`)).toHaveLength(1);
  const passage = { name: 'a.md', place: 'line 1', text: `Pandas are bears.${blanks}They eat bamboo.` };
  expect(selectQuotes('What do pandas eat?', [passage])[0]?.quotes.length).toBeGreaterThan(0);
});
