import { expect, it } from 'vitest';
import type { Call, Failure, JournalEntry, JsonObject, Outcome, SearchHit } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { retriever } from './retriever.ts';

const context = {
  model: { name: 'none', stream: () => Promise.reject(new Error('no model')) },
  onToken: () => undefined,
  log: nullLogger,
};
const activate = async (input: JsonObject, journal: JournalEntry[] = [], turn = 0): Promise<Outcome> =>
  retriever.activate({ input, journal, epoch: 1, turn, maxTokens: 0, signal: new AbortController().signal }, context);

const hit = (text: string, score = 0.5): SearchHit => ({
  document_id: 'd1',
  name: 'guide.md',
  place: 'Intro',
  text,
  score,
});
const query = 'How do groups share partitions, and what happens when a member dies?';

async function callsOf(input: JsonObject): Promise<Call[]> {
  const outcome = await activate(input);
  if (outcome.status !== 'suspended') throw new Error(outcome.status);
  return outcome.calls;
}
const observed = (call: Call, ordinal: number, hits: SearchHit[] | { hits: SearchHit[] }): JournalEntry => ({
  ordinal,
  turn: 0,
  call,
  observation: hits,
});
const error: Failure = { class: 'transient', code: 'unavailable', detail: 'The index is down.', retry_after_ms: 5 };

it('searches a simple question once, where it is told to', async () => {
  const calls = await callsOf({ query: 'What is a plan?', collection: 'docs', filter: { lang: 'en' }, k: 3 });
  expect(calls).toEqual([
    { kind: 'knowledge.search', input: { query: 'What is a plan?', k: 3, collection: 'docs', filter: { lang: 'en' } } },
  ]);
  expect((await callsOf({ query: 'What is a plan?', collection: null }))[0]!.input).toEqual({
    query: 'What is a plan?',
    k: 8,
  });
});

it('searches a compound question whole and part by part', async () => {
  const calls = await callsOf({ query });
  expect(calls.map(({ input }) => input['query'])).toEqual([
    query,
    'How do groups share partitions',
    'what happens when a member dies?',
  ]);
});

it('searches once for what begins alike and is cut', async () => {
  const long = `What is ${'a lease of a lion '.repeat(300)}`;
  const calls = await callsOf({ query: `${long}? Who renews it?` });
  expect(calls.map(({ input }) => input['query'])).toEqual([long.slice(0, 4_000), 'Who renews it?']);
});

it('keeps the order and scores of a single search', async () => {
  const [call] = await callsOf({ query: 'What is a plan?' });
  const outcome = await activate(
    { query: 'What is a plan?' },
    [observed(call!, 0, { hits: [hit('a', 0.9), hit('b', 0.3)] })],
    1,
  );
  expect(outcome).toMatchObject({
    status: 'completed',
    output: {
      query: 'What is a plan?',
      passages: [
        { text: 'a', score: 0.9 },
        { text: 'b', score: 0.3 },
      ],
    },
  });
});

it('merges several searches and lists a passage once', async () => {
  const calls = await callsOf({ query });
  const lists = [
    [hit('whole'), hit('both')],
    [hit('both'), hit('first')],
    [hit('second'), hit('both')],
  ];
  const outcome = await activate(
    { query },
    calls.map((call, index) => observed(call, index, lists[index]!)),
    1,
  );
  if (outcome.status !== 'completed') throw new Error(outcome.status);
  const { passages } = outcome.output as { passages: SearchHit[] };
  expect(passages.map(({ text }) => text)).toEqual(['both', 'whole', 'second', 'first']);
  expect(passages[0]!.score).toBeGreaterThan(passages[1]!.score);
});

it('fails as its search failed', async () => {
  const [call] = await callsOf({ query: 'What is a plan?' });
  const outcome = await activate({ query: 'What is a plan?' }, [{ ordinal: 0, turn: 0, call: call!, error }], 1);
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { class: 'transient', code: 'unavailable', retry_after_ms: 5 },
  });
});

it('repeats only the searches that failed when it is tried again', async () => {
  const calls = await callsOf({ query });
  const journal: JournalEntry[] = [
    observed(calls[0]!, 0, [hit('a')]),
    { ordinal: 1, turn: 0, call: calls[1]!, error },
    observed(calls[2]!, 2, []),
  ];
  const again = await activate({ query }, journal, 0);
  expect(again).toMatchObject({ status: 'suspended', calls: [calls[1]] });
  const outcome = await activate({ query }, [...journal, observed(calls[1]!, 3, [hit('b')])], 1);
  expect(outcome).toMatchObject({ status: 'completed', output: { passages: [{ text: 'a' }, { text: 'b' }] } });
});

it('needs no search when the journal holds all answers', async () => {
  const calls = await callsOf({ query });
  expect(
    await activate(
      { query },
      calls.map((call, index) => observed(call, index, [])),
      0,
    ),
  ).toMatchObject({ output: { passages: [] } });
});

it('cuts a very long question to what a search takes', async () => {
  const [call] = await callsOf({ query: `What is ${'very '.repeat(1_500)}long?` });
  expect((call!.input['query'] as string).length).toBe(4_000);
});

it('refuses an empty question and an observation that is no list of hits', async () => {
  expect(await activate({ query: ' ' })).toMatchObject({ status: 'failed', error: { code: 'invalid_input' } });
  const [call] = await callsOf({ query: 'x' });
  await expect(
    activate({ query: 'x' }, [{ ordinal: 0, turn: 0, call: call!, observation: 'hm' }], 1),
  ).rejects.toMatchObject({ code: 'internal' });
});
