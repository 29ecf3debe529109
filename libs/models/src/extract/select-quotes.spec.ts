import { expect, it } from 'vitest';
import { closestQuote, selectQuotes } from './select-quotes.ts';

const groups = {
  name: 'kafka-guide.md',
  place: 'Consumers > Consumer groups',
  text: `A consumer group is a set of consumers that work together to read a topic. Each partition is assigned to exactly one
member of the group. Members send heartbeats to the coordinator.`,
};
const rebalancing = {
  name: 'kafka-guide.md',
  place: 'Consumers > Rebalancing',
  text: `When a member crashes it stops sending heartbeats. After 45 seconds the coordinator removes it. Its partitions are
then given to the remaining members. They resume from the last committed offset.

Strategies:

- range keeps partitions together
- sticky moves as few as possible`,
};
const handbook = {
  name: 'handbook.txt',
  place: 'page 3',
  text: 'Employees get 28 days of paid leave per year. The office dog is called Rufus.',
};
const passages = [groups, rebalancing, handbook];
const quoted = (question: string) =>
  selectQuotes(question, passages).map(({ quotes }) => quotes.map(({ n, text }) => `[${n}] ${text}`).join(' / '));

it('answers each facet from the passage that does', () => {
  const [share, dies] = quoted('How do consumer groups share partitions, AND what happens when a member dies?');
  expect(share).toMatch(/^\[1\] .*Each partition is assigned to exactly one\nmember/s);
  expect(dies).toMatch(/\[2\] When a member crashes .*given to the remaining members/s);
});

it('quotes verbatim', () => {
  for (const { quotes } of selectQuotes('Explain rebalancing and consumer groups', passages))
    for (const { n, text } of quotes) expect(passages[n - 1]!.text).toContain(text);
});

it('says nothing where the passages have only a word in common with the question', () => {
  expect(quoted('What is the capital of France?')).toEqual(['']);
  expect(quoted('How do consumers handle quantum entanglement in a vacuum?')).toEqual(['']);
  expect(selectQuotes('Anything?', [])).toEqual([{ facet: 'Anything?', quotes: [] }]);
  expect(quoted('and?')).toEqual(['']);
});

it('does not take a sentence about the thing for the number that was asked', () => {
  expect(quoted('How much does a coordinator cost?')).toEqual(['']);
});

it('answers a how many with the number', () => {
  expect(quoted('How many days of leave do employees get?')[0]).toBe(
    '[3] Employees get 28 days of paid leave per year.',
  );
});

it('answers a what is with the sentence that says it', () => {
  const text =
    'Many words about a lease and its renewal. A broken lease is taken by others. A lease names who may write.';
  const [answer] = selectQuotes('What is a lease?', [{ ...handbook, text }]);
  expect(answer!.quotes.map((quote) => quote.text).join()).toContain('A lease names who may write.');
});

it('takes the items of a list by what introduces them', () => {
  expect(quoted('Which strategies exist?')[0]).toMatch(/range keeps.*sticky moves/s);
});

it('brings along what a sentence refers back to', () => {
  expect(quoted('Who resumes from the last committed offset?')[0]).toMatch(
    /given to the remaining members\. They resume/,
  );
});

it('says a sentence once when two passages overlap', () => {
  const twice = selectQuotes('How many days of leave do employees get?', [handbook, { ...handbook, place: 'page 4' }]);
  expect(twice[0]!.quotes.map(({ n }) => n)).toEqual([1]);
});

it('repeats a sentence rather than leave a facet unanswered', () => {
  const only = [{ ...handbook, text: 'The coordinator removes a silent member after 45 seconds.' }];
  const answers = selectQuotes(
    'What does the coordinator do with a silent member? When is a silent member removed?',
    only,
  );
  expect(answers.map(({ quotes }) => quotes.length)).toEqual([1, 1]);
});

it('finds the stretch behind a claim', () => {
  expect(closestQuote('Staff have 28 days of leave', handbook)).toBe('Employees get 28 days of paid leave per year.');
  expect(closestQuote('nothing alike', handbook)).toBe('Employees get 28 days of paid leave per year.');
  expect(closestQuote('anything', { ...handbook, text: ' ' })).toBeUndefined();
});
