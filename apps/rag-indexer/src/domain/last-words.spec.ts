import type { DocumentEvent, DocumentStatus } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { beforeAllRequests, LastWords, revisionOf } from './last-words.ts';

const time = '2026-05-04T10:00:00Z';
const deleted: DocumentEvent = { type: 'DocumentDeleted', time, document_id: 'd1' };
const changed = (status: DocumentStatus, sha256 = 'one'): DocumentEvent => ({
  type: 'DocumentStatusChanged',
  time,
  document_id: 'd1',
  name: 'd1.md',
  collection: 'default',
  metadata: {},
  status,
  bytes: 1,
  media_type: 'text/markdown',
  sha256,
});

/** Of facts with the revisions of their requests: the content that is to be found, and the revision. */
function afterHearing(...facts: readonly (readonly [DocumentEvent, number])[]): readonly (readonly unknown[])[] {
  const words = new LastWords();
  for (const [fact, revision] of facts) words.hear(fact, 'acme', revision);
  return words.all.map(({ indexed, revision }) => [indexed?.sha256, revision]);
}

it('keeps what was indexed last', () => {
  expect(afterHearing([changed('indexed'), 1], [changed('indexed', 'two'), 4])).toEqual([['two', 4]]);
});

it('finds nothing of what was deleted, until it is indexed again', () => {
  expect(afterHearing([changed('indexed'), 1], [deleted, 2])).toEqual([[undefined, 2]]);
  expect(afterHearing([deleted, 2], [changed('indexed'), 3])).toEqual([['one', 3]]);
});

it('hears a repeat that came late, and does not follow it', () => {
  expect(afterHearing([changed('indexed'), 1], [deleted, 2], [changed('indexed'), 1])).toEqual([[undefined, 2]]);
});

it('keeps what was indexed before an attempt that failed, which is the last all the same', () => {
  expect(afterHearing([changed('indexed'), 1], [changed('failed', 'two'), 4])).toEqual([['one', 4]]);
  expect(afterHearing([changed('failed'), 4])).toEqual([[undefined, 4]]);
  expect(afterHearing([changed('failed'), 4], [changed('indexed'), 3])).toEqual([[undefined, 4]]);
  expect(afterHearing([changed('indexed'), 4], [changed('failed'), 3])).toEqual([['one', 4]]);
});

it('says nothing about a document that is on its way', () => {
  expect(afterHearing([changed('parsing'), 1], [changed('embedding'), 1])).toEqual([]);
});

it('names the requests that were handled, the last first, and marks what failed', () => {
  const words = new LastWords();
  words.hear(changed('indexed'), 'acme', 1, 'one');
  words.hear(deleted, 'acme', 2, 'two');
  words.hear(changed('indexed', 'three'), 'acme', 3, 'three');
  words.hear(deleted, 'acme', 2, 'two');
  words.hear(changed('indexed', 'three'), 'acme', 4, 'one'); // what is said to a copy
  words.hear(changed('failed'), 'other', 5, 'five');
  expect(words.all.map(({ requests }) => requests)).toEqual([['three', 'two', 'one'], ['!five']]);
});

it('names a request once that failed and was done when it came again', () => {
  const words = new LastWords();
  words.hear(changed('failed'), 'acme', 1, 'one');
  words.hear(changed('indexed'), 'acme', 2, 'one');
  expect(words.all.map(({ requests }) => requests)).toEqual([['one']]);
});

it('keeps tenants apart', () => {
  const words = new LastWords();
  words.hear(changed('indexed'), 'acme', 1);
  words.hear(deleted, 'other', 2);
  expect(words.all.map(({ tenant, revision }) => [tenant, revision])).toEqual([
    ['acme', 1],
    ['other', 2],
  ]);
});

it('reads the revision from the cause, unless it is no request of this log', () => {
  expect(revisionOf('document.requests/1/7', 'document.requests', [0, 8])).toBe(7);
  for (const cause of [undefined, '', 'task.requests/1/7', 'document-requests/1/7', 'document.requests/1/8'])
    expect(revisionOf(cause, 'document.requests', [9, 8])).toBe(beforeAllRequests);
  expect(revisionOf('document.requests/2/0', 'document.requests', [9, 8])).toBe(beforeAllRequests);
});
