import { expect, it } from 'vitest';
import { sentenceStarts } from './sentence-starts.ts';

const sentences = (text: string): string[] => {
  const starts = sentenceStarts(text);
  return starts.map((start, at) => text.slice(start, starts[at + 1]).trim());
};

it('ends a sentence where one ends', () => {
  expect(sentences('One two. Three? "Four!" Five… (Six.) 7 is a number.')).toEqual([
    'One two.',
    'Three?',
    '"Four!"',
    'Five…',
    '(Six.)',
    '7 is a number.',
  ]);
  expect(sentences('Is it free? No, never. The answer is no. Pay first.')).toHaveLength(4);
  expect(sentences('一。二！三')).toEqual(['一。', '二！', '三']);
  expect(sentences('「一。」二！？三')).toEqual(['「一。」', '二！？', '三']);
});

it('does not end one at abbreviations, initials, numbers or before a small letter', () => {
  for (const text of [
    'Set max.poll.interval.ms to 3.5 s e.g. for Dr. Smith, i.e. J. Doe, etc. and so on.',
    'Wait... what is this',
    'v1.2. is old',
    'It is No. Seven of plan b. Two',
  ]) {
    expect(sentences(text)).toEqual([text]);
  }
});

it('passes over a million dots in one go', () => {
  expect(sentenceStarts('.'.repeat(1_000_000))).toEqual([0]);
  expect(sentenceStarts('. '.repeat(10_000)).length).toBeGreaterThan(1_000);
});
