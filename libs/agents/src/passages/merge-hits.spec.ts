import { expect, it } from 'vitest';
import { mergeHits } from './merge-hits.ts';

const hit = (text: string, place = 'line 1') => ({ document_id: 'd', name: 'd.md', place, text, score: 0.5 });

it('counts what stands several times in a document once a search', () => {
  const repeated = [1, 2, 3].map((line) => hit('Page intentionally left blank.', `line ${line}`));
  const lists = [
    [hit('The answer.'), ...repeated],
    [hit('The answer.'), ...repeated],
  ];
  const merged = mergeHits(lists, 8);
  expect(merged.map(({ text }) => text)).toEqual(['The answer.', 'Page intentionally left blank.']);
  for (const { score } of merged) expect(score).toBeLessThanOrEqual(1);
});
