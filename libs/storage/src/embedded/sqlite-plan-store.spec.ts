/** What only the store in the log's own file promises; what every plan store does is in the contract suite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits, topics } from '@waybill/contracts';
import { SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import { expect, it, onTestFinished } from 'vitest';
import { commitOf, coreVersion, event, take } from '../contract/plan-store-under-test.ts';
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
