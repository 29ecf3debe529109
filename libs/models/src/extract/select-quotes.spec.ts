import { expect, it } from 'vitest';
import { closestQuote, selectQuotes, type FacetAnswer } from './select-quotes.ts';

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

it.each([
  [
    'パンダは何を食べますか',
    'パンダは竹を食べます。',
    'コアラは木の上で眠ります。',
    '東京タワーの高さは何メートルですか',
  ],
  ['熊猫吃什么？', '大熊猫喜欢吃竹子。', '考拉在树上睡觉。', '月亮离地球有多远？'],
  ['판다는 무엇을 먹나요?', '판다는 대나무를 먹습니다.', '코알라는 나무 위에서 잡니다.', '서울의 인구는 몇 명입니까?'],
  ['แพนด้ากินอะไร', 'แพนด้ากินไผ่', 'โคอาลานอนบนต้นไม้', 'รถไฟออกกี่โมง'],
])('%s is answered by %s', (question, answer, other, foreign) => {
  const animals = [{ name: 'animals.md', place: '', text: `${other}\n\n${answer}` }];
  const texts = (asked: string) => selectQuotes(asked, animals).flatMap(({ quotes }) => quotes.map(({ text }) => text));
  expect(texts(question)).toEqual([answer]);
  expect(texts(foreign)).toEqual([]);
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

it.each([
  [
    'How does a bakery divide flour?',
    'Flour is split among the ovens.',
    'Think of the bakery and its flour when you plan.',
  ],
  ['How do tenants share storage?', 'Each tenant is assigned its own storage.', 'Tenants do not share storage.'],
  [
    'How does a gate open?',
    'A gate opens by itself.',
    'Many gates open late these days, and people who open gates know it.',
  ],
])('%s is answered by what says it, at the start of its section', (question, answer, other) => {
  for (const text of [`${answer} ${other}`, `${other} ${answer}`]) {
    const [{ quotes }] = selectQuotes(question, [{ name: 'a.md', place: 'Bakery, tenants and gates', text }]) as [
      FacetAnswer,
    ];
    expect(quotes.map((quote) => quote.text).join(' ')).toContain(answer);
  }
});

it('tells what happens to its end before it tells other things', () => {
  const story = 'When a pump fails, pressure falls. The valve then closes. After a minute the spare pump starts.';
  const text = `${story}\n\nPumps that fail often are replaced. A pump fails about once a year.`;
  const [, fails] = selectQuotes('What is a pump, and what happens when a pump fails?', [
    { name: 'a', place: 'Pumps', text },
  ]);
  expect(fails!.quotes.map((quote) => quote.text)).toEqual([story]);
});

it('gives what only repeats the question as an answer only where there is no other', () => {
  const list = {
    name: 'errors.md',
    place: 'Contents',
    text: '- E_ROUTE_BODY_LIMIT_OPTION_NOT_INT\n- E_LIMIT_TOO_BIG\n- E_OPTION_NOT_INT\n- E_BODY_NOT_INT',
  };
  const text =
    '- E_ROUTE_BODY_LIMIT_OPTION_NOT_INT — Description: bodyLimit option must be an integer.; How to solve: Use an integer.';
  const row = { ...list, place: 'Codes', text };
  const quotesOf = (...from: (typeof list)[]) =>
    selectQuotes('What does E_ROUTE_BODY_LIMIT_OPTION_NOT_INT mean?', from)[0]!.quotes.map((quote) => quote.text);
  expect(quotesOf(list, row)).toEqual([text.slice(2)]);
  expect(quotesOf(list)).toEqual(['E_ROUTE_BODY_LIMIT_OPTION_NOT_INT']);
  const yes = { ...list, text: 'The hydra is kept in cage 14. The hydra of cage 14 has nine heads.' };
  expect(selectQuotes('Is the hydra kept in cage 14?', [yes])[0]!.quotes[0]!.text).toMatch(/^The hydra is kept in/);
});

it('reads "it" as the subject of the other part', () => {
  const text =
    'A lamp is lit by gas. The door opens at six.\n\nA breaker guards a circuit. A breaker opens when it is hot.';
  const [, opens] = selectQuotes('What is a breaker and when does it open?', [{ ...handbook, text }]);
  expect(opens!.quotes[0]!.text).toContain('A breaker opens when it is hot.');
});

it('finds the stretch behind a claim', () => {
  expect(closestQuote('Staff have 28 days of leave', handbook)).toBe('Employees get 28 days of paid leave per year.');
  expect(closestQuote('nothing alike', handbook)).toBe('Employees get 28 days of paid leave per year.');
  expect(closestQuote('anything', { ...handbook, text: ' ' })).toBeUndefined();
});
