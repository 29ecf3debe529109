/** One task as part of a caller's trace, and what its spans must be wherever they are read. */
import { join } from 'node:path';
import { WaybillClient } from '@waybill/client';
import { expect } from 'vitest';
import { indexFolder } from '../../apps/platform/src/commands/index-folder.ts';
import { root } from './scratch.ts';

export interface TraceSpan {
  readonly name: string;
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpanId = 'b7ad6b7169203331';

export async function indexSamples(url: string): Promise<void> {
  await indexFolder(new WaybillClient(url), join(root, 'examples/documents'), { collection: 'samples' });
}

/** Submits a question about the samples with the caller's `traceparent` and follows it to its end. */
export async function runTraced(url: string): Promise<void> {
  const accepted = await fetch(`${url}/v1/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${callersSpanId}-01` },
    body: JSON.stringify({
      goal: 'What happens when a member of a consumer group dies?',
      input: { collection: 'samples' },
    }),
  });
  const { task_id: taskId } = (await accepted.json()) as { task_id: string };
  for await (const frame of new WaybillClient(url).follow(taskId)) void frame;
}

/** All services are in the caller's trace, every span has its parent there, and the model call descends from the request. */
export function expectOneTrace(all: readonly TraceSpan[]): void {
  const spans = all.filter((span) => span.traceId === traceId);
  const services = new Set(spans.map(({ service }) => service));
  expect(services).toEqual(new Set(['gateway', 'orchestrator', 'agent-node', 'rag-indexer']));
  const ids = new Set([...spans.map(({ spanId }) => spanId), callersSpanId]);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))).toEqual([]);
  const model = spans.find(({ service, name }) => service === 'agent-node' && /model/.test(name));
  expect(ancestors(model!, spans).map(({ service }) => service)).toContain('gateway');
}

function ancestors(span: TraceSpan, spans: readonly TraceSpan[]): TraceSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? [parent, ...ancestors(parent, spans)] : [];
}
