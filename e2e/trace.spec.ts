import { WaybillClient } from '@waybill/client';
import { parseConfig, startPlatform } from '@waybill/platform';
import { createSpanRecorder } from '@waybill/telemetry';
import { freePort, type PlatformProcess } from '@waybill/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectOneTrace, indexSamples, runTraced } from './support/one-trace.ts';
import { otlpCollector } from './support/otlp-collector.ts';
import { platformIn, scratchFolder } from './support/scratch.ts';

it('makes one trace of one task, from the HTTP request to the model call', async () => {
  const recorder = createSpanRecorder();
  const config = parseConfig({ AGENTIC_NO_LLM: '1', WAYBILL_DATA_DIR: scratchFolder(), PORT: '0' });
  const platform = await startPlatform({ config, spanExporter: recorder.exporter });
  onTestFinished(() => platform.close());
  await indexSamples(platform.url);
  recorder.clear();
  await runTraced(platform.url);
  expectOneTrace(recorder.spans());
});

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  const started = async (endpoint: string): Promise<PlatformProcess> => {
    const platform = await platformIn(scratchFolder(), { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    await platform.start();
    return platform;
  };

  it('the collector has the whole trace of a task when the platform has ended', async () => {
    const collector = await otlpCollector();
    const platform = await started(collector.endpoint);
    await indexSamples(platform.url);
    await runTraced(platform.url);
    expect(await platform.end('SIGTERM')).toBe(0);
    expectOneTrace(collector.spans);
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
  });

  it('a collector that is down stops neither the work nor the exit', async () => {
    const platform = await started(`http://127.0.0.1:${await freePort()}`);
    await runTasks(platform.url, 100);
    expect(await platform.end('SIGTERM')).toBe(0);
  });

  it('a collector that never answers holds up neither the work nor the exit', async () => {
    const collector = await otlpCollector({ silent: true });
    const platform = await started(collector.endpoint);
    let nth = 0;
    do {
      await runTasks(platform.url, 1);
      await collector.asked((nth += 1));
      await runTasks(platform.url, 10);
    } while (!collector.isOpen(nth)); // it was given up meanwhile: that would show nothing
    expect(await platform.end('SIGTERM')).toBe(0);
  });
});

/** All at once, and all complete. */
async function runTasks(url: string, count: number): Promise<void> {
  const client = new WaybillClient(url);
  const definition = { steps: { say: { agent: 'echo', with: {} } } };
  const completed = async (): Promise<string> => {
    const { task_id: taskId } = await client.submit({ definition });
    for await (const frame of client.follow(taskId)) void frame;
    return (await client.task(taskId)).status;
  };
  expect(new Set(await Promise.all(Array.from({ length: count }, completed)))).toEqual(new Set(['completed']));
}
