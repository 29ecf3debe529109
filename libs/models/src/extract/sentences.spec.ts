import { expect, it } from 'vitest';
import fc from 'fast-check';
import { sentencesOf } from './sentences.ts';

const texts = (text: string) => sentencesOf(text).map((sentence) => sentence.text);

it('splits at full stops, not at abbreviations, versions or figures', () => {
  expect(texts('Use e.g. Node 24.21 here. It was Mr. Smith who asked! Did he? Yes.')).toEqual([
    'Use e.g. Node 24.21 here.',
    'It was Mr. Smith who asked!',
    'Did he?',
    'Yes.',
  ]);
});

it('splits where nothing but a full stop stands between two sentences', () => {
  expect(texts('「パンダです。」と言った。竹を食べる！本当？')).toEqual([
    '「パンダです。」',
    'と言った。',
    '竹を食べる！',
    '本当？',
  ]);
  const endless = `${'竹'.repeat(499)}🐼${'竹'.repeat(600)}`;
  expect(texts(endless).every((piece) => piece.isWellFormed())).toBe(true);
  expect(texts(endless).join('')).toBe(endless);
});

it('keeps a wrapped sentence whole, with its line break', () => {
  expect(texts('A record is\nread once. Then\nnever again.')).toEqual([
    'A record is\nread once.',
    'Then\nnever again.',
  ]);
});

it('takes list items, quotations and table rows one by one, and no headings, rules or code', () => {
  const text =
    '# Title\n\nKinds:\n\n- one kind\n- another\n  kind\n\n> said so\n\n| a | b |\n| --- | --- |\n| c | d |\n\n```\ncode. here\n```\nName: value\nSize: 3';
  expect(texts(text)).toEqual([
    'Kinds:',
    'one kind',
    'another\n  kind',
    'said so',
    '| a | b |',
    '| c | d |',
    'Name: value',
    'Size: 3',
  ]);
});

it('keeps a table row whole', () => {
  expect(texts('| plan | A DAG. It has steps. |')).toEqual(['| plan | A DAG. It has steps. |']);
});

it('knows what a sentence stands under', () => {
  const [, item, after] = sentencesOf('## Groups\n\nThere are two kinds:\n\n1. static\n\nThat is all.');
  expect(item!.context).toBe('Groups There are two kinds:');
  expect(after!.context).toBe('Groups');
});

it('takes a short line alone over a paragraph for its heading, and no line with a figure', () => {
  const [first, ...others] = sentencesOf(
    'Illness\n\nTell your manager before ten.\n\nPrice 20 euros\n\nExpenses =====\n\nPaid monthly.',
  );
  expect(first).toMatchObject({ text: 'Tell your manager before ten.', context: 'Illness' });
  expect(others.map(({ text, context }) => `${context}: ${text}`)).toEqual([
    'Illness: Price 20 euros',
    'Expenses: Paid monthly.',
  ]);
});

it('keeps a row that was told as an item whole, and what introduces its table as its context', () => {
  const [row, other] = sentencesOf(
    'Two plans:\n\nFree, Pro:\n- Support — Free: none. Sorry; Pro: mail\n- Seats: 3',
  ).slice(2);
  expect(row).toMatchObject({ text: 'Support — Free: none. Sorry; Pro: mail', context: ' Two plans: Free, Pro:' });
  expect(other!.text).toBe('Seats: 3');
});

it('splits Chinese and cuts what has no full stop', () => {
  expect(texts('日志是真相。读模型可以重建。')).toEqual(['日志是真相。', '读模型可以重建。']);
  expect(texts('word '.repeat(300)).every((text) => text.length <= 500)).toBe(true);
  expect(texts('x'.repeat(1_200)).map(({ length }) => length)).toEqual([500, 500, 200]);
});

it('gives only verbatim stretches, in order, without overlap', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a b', '. ', '\n', '- ', '# ', '| ', '```', ': ', 'E.g. ', '? ', '  ')),
      (parts) => {
        const text = parts.join('');
        let at = 0;
        for (const sentence of sentencesOf(text)) {
          expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
          expect(sentence.start).toBeGreaterThanOrEqual(at);
          at = sentence.end;
        }
      },
    ),
  ));
