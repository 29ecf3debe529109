/** Time that grows with the square of an answer would be minutes here: the test would not end in time. */
import { expect, it } from 'vitest';
import { citedAnswer } from './citations.ts';

const length = 1_000_000;
const passages = [{ document_id: 'd', name: 'a.md', place: 'line 1', text: 'Pandas eat bamboo.', score: 1 }];

it.each([
  ['a mark of no passage after blanks', `Bamboo${' '.repeat(length)}x [9].`, 'x.'],
  ['a fence that is never closed', `Bamboo [1].\n\`\`\`\n${'\n'.repeat(length)}x`, 'x'],
  ['line breaks of other systems', `Bamboo [1].${'\r'.repeat(length)}x`, 'x'],
])('reads an answer with %s', (_what, text, end) => {
  expect(citedAnswer(text, passages).answer).toContain(end);
});
