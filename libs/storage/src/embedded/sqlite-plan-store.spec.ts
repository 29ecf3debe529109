/** What only the store in the log's own file promises; what every plan store does is in the contract suite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits, topics } from '@waybill/contracts';
import { SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import { expect, it, onTestFinished } from 'vitest';
import { commitOf, coreVersion, event, stored, take } from '../contract/plan-store-under-test.ts';
import { SqlitePlanStore } from './sqlite-plan-store.ts';

function open(): { store: SqlitePlanStore; log: SqliteMessageLog } {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-plans-'));
  const journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
  const log = new SqliteMessageLog({ journal });
  onTestFinished(async () => {
    await log.close();
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  return { log, store: new SqlitePlanStore({ journal, log }) };
}

const { message } = event('p', 1);
it.each([
  ['for another topic', { ...message, topic: topics.replies }],
  ['under another key', { ...message, key: 'another' }],
  ['without a text', { ...message, value: null }],
])('refuses an event %s: it would not be found again', async (_, stray) => {
  const { store } = open();
  const { fence } = await take(store);
  const commit = commitOf({ fence, events: [{ planId: 'p', seq: 1, message: stray }] });
  await expect(store.commit(commit)).rejects.toMatchObject({ code: 'invalid_request' });
  expect((await store.load(['p'], coreVersion)).size).toBe(0);
});

it('refuses what no record can hold, and takes the next commit', async () => {
  const { store } = open();
  const { fence } = await take(store);
  const messages = [{ topic: topics.replies, key: 'g', headers: {}, value: 'x'.repeat(limits.recordBytes + 1) }];
  await expect(store.commit(commitOf({ fence, messages }))).rejects.toMatchObject({ code: 'payload_too_large' });
  await store.commit(commitOf({ fence }));
});

it('refuses events of a plan that do not follow one another', async () => {
  const { store } = open();
  const { fence } = await take(store);
  const commit = commitOf({ fence, events: [event('p', 1), event('p', 3)] });
  await expect(store.commit(commit)).rejects.toMatchObject({ code: 'invalid_request' });
  expect((await store.load(['p'], coreVersion)).size).toBe(0);
});

it('finds the events of each of two commits that are stored as one batch', async () => {
  const { store } = open();
  const { fence } = await take(store);
  const events = [1, 2, 3, 4].map((seq) => event('p', seq));
  await Promise.all([
    store.commit(commitOf({ fence, events: events.slice(0, 2) })),
    store.commit(commitOf({ fence: { ...fence, version: fence.version + 1 }, events: events.slice(2) })),
  ]);
  expect((await store.load(['p'], coreVersion)).get('p')).toEqual(stored('p', events));
});

it('finds all events of a commit that is too large for one batch', async () => {
  const { store } = open();
  const { fence } = await take(store);
  const large = (seq: number) => {
    const { planId, message: small } = event('p', seq);
    return { planId, seq, message: { ...small, value: JSON.stringify({ seq, data: 'x'.repeat(300_000) }) } };
  };
  const events = [large(1), event('q', 1), large(2), large(3), event('q', 2)];
  await store.commit(commitOf({ fence, events }));
  const loaded = await store.load(['p', 'q'], coreVersion);
  for (const plan of ['p', 'q']) expect(loaded.get(plan)).toEqual(stored(plan, events));
});
