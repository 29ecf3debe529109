/** What the embedded platform shows in one process, shown by two processes of each service on real servers. */
import { join } from 'node:path';
import type { WaybillClient } from '@waybill/client';
import { expect, it } from 'vitest';
import { indexFolder } from '../../apps/platform/src/commands/index-folder.ts';
import { startCluster } from '../support/cluster.ts';
import { expectOneTrace, indexSamples, runTraced } from '../support/one-trace.ts';
import { openAiStub } from '../support/openai-stub.ts';
import { otlpCollector } from '../support/otlp-collector.ts';
import { root } from '../support/scratch.ts';

const goal = 'How do consumer groups share partitions, and what happens when a member dies?';

it('makes one trace of one task over four processes, from the HTTP request to the model call', async () => {
  const collector = await otlpCollector();
  const { services } = await startCluster({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  await indexSamples(services.urls[0]!);
  await runTraced(services.urls[1]!);
  expect(await services.stop()).toEqual(services.processes.map(() => 0));
  expectOneTrace(collector.spans);
});

it('answers with a real provider’s words from the passages that were found, and breaks its call off on cancel', async () => {
  // Analyzer and writer of the first task are answered; the second task's call waits for ever.
  let calls = 0;
  const stub = await openAiStub(() => ((calls += 1) <= 2 ? ['Partitions are shared among members [1].'] : undefined));
  const { services, clients } = await startCluster({
    AGENTIC_NO_LLM: '',
    OPENAI_API_KEY: 'key',
    OPENAI_BASE_URL: stub.baseUrl,
    OPENAI_MODEL: 'stub',
  });
  const [client, other] = clients as [WaybillClient, WaybillClient];
  await indexFolder(client, join(root, 'examples/documents'), { collection: 'samples' });
  const { task_id: taskId } = await client.submit({ goal, input: { collection: 'samples' } });
  for await (const frame of other.follow(taskId)) void frame;
  expect(await other.task(taskId)).toMatchObject({
    status: 'completed',
    output: { answer: expect.stringContaining('Partitions are shared among members [1].') as string },
  });
  const { task_id: cancelled } = await other.submit({ goal, input: { collection: 'samples' } });
  await stub.asked(3);
  expect(await client.cancel(cancelled, 'enough')).toMatchObject({ status: 'cancelled' });
  await stub.brokenOff;
  await services.stop();
});
