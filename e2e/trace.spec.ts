import { WaybillClient } from '@waybill/client';
import { freePort, type PlatformProcess } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { otlpCollector } from './support/otlp-collector.ts';
import { platformIn, scratchFolder } from './support/scratch.ts';

describe('a platform with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  const started = async (endpoint: string): Promise<PlatformProcess> => {
    const platform = await platformIn(scratchFolder(), { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    await platform.start();
    return platform;
  };

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
