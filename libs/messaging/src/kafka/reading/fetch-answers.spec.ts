import { expect, it } from 'vitest';
import { answersOf } from './fetch-answers.ts';

const place = (partition: number) => ({
  topic: 't',
  partition,
  offset: 0,
  isPaused: false,
  isAside: false,
  refusals: 2,
});

/** What comes of a partition for each of the codes, as brokers number them. */
function answered(...codes: number[]) {
  const places = codes.map((_, partition) => place(partition));
  const partitions = codes.map((errorCode, partition) => ({
    partition,
    errorCode,
    abortedTransactions: [],
    messages: [],
  }));
  const asked = new Map(places.map((one) => [`t/${one.partition}`, { place: one, from: 0 }]));
  return { places, ...answersOf({ responses: [{ topicName: 't', partitions }] }, asked) };
}

it('takes whatever is not an answer for a refusal, and only what lies outside the log for astray', () => {
  const codes = [1, -1, 3, 5, 6, 7, 9, 56, 74, 75, 76, 78, 999];
  const { places, astray, refused, came } = answered(0, ...codes);
  expect(came).toEqual([]);
  expect(astray.map(({ place: one }) => one)).toEqual([places[1]]);
  expect(refused.map(({ place: one }) => one)).toEqual(places.slice(2));
});

it('counts how often a partition was refused until it is answered', () => {
  const { places } = answered(6, 0);
  expect(places.map(({ refusals }) => refusals)).toEqual([2, 0]);
});
