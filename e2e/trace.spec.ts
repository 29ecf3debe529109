import { join } from 'node:path';
import { WaybillClient } from '@waybill/client';
import { parseConfig, startPlatform } from '@waybill/platform';
import { createSpanRecorder, type RecordedSpan } from '@waybill/telemetry';
import { expect, it, onTestFinished } from 'vitest';
import { indexFolder } from '../apps/platform/src/commands/index-folder.ts';
import { root, scratchFolder } from './support/scratch.ts';

it('makes one trace of one task, from the HTTP request to the model call', async () => {
  const recorder = createSpanRecorder();
  const config = parseConfig({ AGENTIC_NO_LLM: '1', WAYBILL_DATA_DIR: scratchFolder(), PORT: '0' });
  const platform = await startPlatform({ config, spanExporter: recorder.exporter });
  onTestFinished(() => platform.close());
  const client = new WaybillClient(platform.url);
  await indexFolder(client, join(root, 'examples/documents'), 'samples');
  recorder.clear();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const accepted = await fetch(`${platform.url}/v1/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    body: JSON.stringify({
      goal: 'What happens when a member of a consumer group dies?',
      input: { collection: 'samples' },
    }),
  });
  const { task_id: taskId } = (await accepted.json()) as { task_id: string };
  for await (const frame of client.follow(taskId)) void frame;

  const spans = recorder.spans().filter((span) => span.traceId === traceId);
  const services = new Set(spans.map(({ service }) => service));
  expect(services).toEqual(new Set(['gateway', 'orchestrator', 'agent-node', 'rag-indexer']));
  const ids = new Set([...spans.map(({ spanId }) => spanId), 'b7ad6b7169203331']);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))).toEqual([]);
  const model = spans.find(({ service, name }) => service === 'agent-node' && /model/.test(name));
  expect(ancestors(model!, spans).map(({ service }) => service)).toContain('gateway');
});

function ancestors(span: RecordedSpan, spans: readonly RecordedSpan[]): RecordedSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? [parent, ...ancestors(parent, spans)] : [];
}
