import { expect, it } from 'vitest';
import { facetsOf, splitQuestion } from './facets.ts';
import { stemOf, termsOf } from './terms.ts';

it.each([
  [
    'How do groups share partitions, AND what happens when a member dies?',
    ['How do groups share partitions', 'what happens when a member dies?'],
  ],
  ['What is a plan? Who owns it?', ['What is a plan?', 'Who owns it?']],
  [
    'Explain retention and then compare compaction with deletion',
    ['Explain retention', 'compare compaction with deletion'],
  ],
  ['Compare Kafka and Redis', ['Compare Kafka and Redis']],
  ['Please answer this: why?', ['Please answer this: why?']],
  ['List the limits; list the defaults', ['List the limits', 'list the defaults']],
  ['What is a lease? And why?', ['What is a lease? why?']],
  ['How does SQLite compare vs. an embedded log?', ['How does SQLite compare vs. an embedded log?']],
  ['Which port has approx. the widest pipe?', ['Which port has approx. the widest pipe?']],
  [
    'A lease ends. Compare renewals. how do leases differ',
    ['A lease ends', 'Compare renewals', 'how do leases differ'],
  ],
  ['', ['']],
])('%s', (question, facets) => {
  expect(splitQuestion(question)).toEqual(facets);
});

it('asks at most six things and loses none of them', () => {
  const question = Array.from({ length: 9 }, (_, index) => `What is thing${index}x?`).join(' ');
  expect(splitQuestion(question)).toHaveLength(6);
  expect(splitQuestion(question).join(' ')).toContain('thing8x');
});

it('tells a facet what the others are about', () => {
  const [, second] = facetsOf('What is a lease? How is it renewed?');
  expect(second!.context.map(({ stem }) => stem)).toContain(stemOf('lease'));
});

it('cuts endings alike', () => {
  const alike = [
    ['rebalance', 'rebalancing', 'rebalances'],
    ['assign', 'assigned', 'assignment'],
    ['stop', 'stopped'],
    ['policy', 'policies'],
    ['die', 'dies', 'died'],
    ['configuration', 'configured'],
  ];
  for (const words of alike) expect(new Set(words.map(stemOf)).size).toBe(1);
  expect(stemOf('class')).toBe('class');
  expect(stemOf('v24s')).toBe('v24s');
});

it('reads compound names whole and in parts, and scripts without spaces in grams, without what only asks', () => {
  expect(termsOf('session.timeout.ms').map(({ stem }) => stem)).toEqual([
    'session.timeout.m',
    'session',
    'timeout',
    'ms',
  ]);
  const stems = (text: string) => termsOf(text).map(({ stem }) => stem);
  expect(stems('消费者组 是')).toEqual(['消', '消费', '费', '费者', '者', '者组', '组', '是']);
  expect(stems('パンダは何を食べますか')).toEqual(['パン', 'ンダ', '食', 'べま']);
  expect(stems('แพนด้า')).toEqual(['แพ', 'แพน', 'พน', 'พนด้', 'นด้', 'นด้า', 'ด้า']);
  expect(stems('ですか')).toEqual(['です', 'すか']);
});
