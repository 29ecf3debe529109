import { expect, it } from 'vitest';
import { fetchedRecords } from './fetched-records.ts';

const fetched = (offsets: readonly number[], nextOffset?: number) => ({
  partition: 0,
  errorCode: 0,
  abortedTransactions: [],
  messages: offsets.map((offset) => ({
    offset: String(offset),
    timestamp: '0',
    attributes: 0,
    key: null,
    value: null,
    headers: {},
  })),
  nextOffset,
});
const readFrom = (from: number, offsets: readonly number[], nextOffset?: number) => {
  const found = fetchedRecords('t', from, fetched(offsets, nextOffset));
  return found && [found.records.map(({ offset }) => offset), found.nextOffset];
};

it('goes on behind a batch, however little is left of it', () => {
  expect(readFrom(5, [4, 5, 6], 9)).toEqual([[5, 6], 9]);
  expect(readFrom(5, [3, 4], 9)).toEqual([[], 9]);
  expect(readFrom(5, [], 9)).toEqual([[], 9]);
});

it('goes on behind the last record where nobody says how far a batch reaches', () => {
  expect(readFrom(5, [4, 5, 6])).toEqual([[5, 6], 7]);
  expect(readFrom(5, [3, 4])).toEqual([[], 6]);
  expect(readFrom(5, [])).toBeUndefined();
});
