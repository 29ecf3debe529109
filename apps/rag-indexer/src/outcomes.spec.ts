/** What is counted and traced of requests: how they ended for those who asked, not whether something was thrown. */
import 'reflect-metadata';
import { createMetrics, createSpanRecorder, openTelemetry } from '@waybill/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexerFixture, whales } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

async function watched() {
  const metrics = createMetrics('rag-indexer');
  const recorder = createSpanRecorder();
  const telemetry = await openTelemetry({ services: ['rag-indexer'], exporter: recorder.exporter });
  await t.start({ metrics, tracer: telemetry.tracer('rag-indexer') });
  const requests = async () => {
    await t.stop(); // what was answered is counted then
    const shown = (await metrics.text()).matchAll(/indexer_requests_total\{.*request="(\w+)",outcome="(\w+)"\} (\d)/g);
    return Object.fromEntries(
      [...shown].map(([, request, outcome, count]) => [`${request} ${outcome}`, Number(count)]),
    );
  };
  return { metrics, requests, spans: () => recorder.spans() };
}

const none = {
  'IngestDocument handled': 0,
  'IngestDocument failed': 0,
  'DeleteDocument handled': 0,
  'DeleteDocument failed': 0,
  'Search handled': 0,
  'Search failed': 0,
};

it('shows every outcome from the start', async () => {
  const { requests } = await watched();
  expect(await requests()).toEqual(none);
});

it('counts a search that was answered with a failure as failed, and so does its span', async () => {
  const { requests, spans } = await watched();
  await t.ask({ query: '' });
  await t.ask({ query: 'whales' });
  expect(await requests()).toEqual({ ...none, 'Search handled': 1, 'Search failed': 1 });
  const [failed, handled] = spans();
  expect(failed).toMatchObject({ name: 'Search', error: expect.stringContaining('query') as string });
  expect(failed!.attributes).toMatchObject({ 'error.type': 'invalid_input', 'waybill.error_class': 'invalid' });
  expect(handled!.error).toBeUndefined();
});

it('counts a document that cannot be read as failed, and so does its span', async () => {
  const { requests, spans } = await watched();
  await t.ingest('d1', { content: await t.stored('d1', whales) });
  await t.untilSaid('d1', 'indexed');
  await t.ingest('d2', { content: { ...(await t.stored('d2', whales)), sha256: 'f'.repeat(64) } });
  await t.untilSaid('d2', 'failed');
  await t.remove('d1');
  await t.untilSaid('d1', 'deleted');
  expect(await requests()).toEqual({
    ...none,
    'IngestDocument handled': 1,
    'IngestDocument failed': 1,
    'DeleteDocument handled': 1,
  });
  expect(spans().map(({ error }) => error !== undefined)).toEqual([false, true, false]);
});

it('shows how far it is behind, and what it has put aside', async () => {
  const { metrics } = await watched();
  await t.log.append([{ topic: 'tasks.knowledge.search', key: 'k', headers: {}, value: 'no JSON' }]);
  await t.until(() => t.seen.some(({ topic }) => topic === 'rag-indexer.search.dlq' || topic === 'rag-indexer.dlq'));
  await t.ask({ query: 'whales' });
  const text = await metrics.text();
  expect(text).toMatch(/waybill_indexer_dead_letters_total\S* 1/);
  expect(text).toMatch(
    /waybill_indexer_consumer_lag_records\{.*consumer="rag-indexer.search",topic="tasks.knowledge.search"\} \d/,
  );
});
