/** One task is one trace, over whatever processes its way leads. */
import { expect, it } from 'vitest';
import { expectOneTrace, indexSamples, runTraced } from '../support/one-trace.ts';
import { otlpCollector } from '../support/otlp-collector.ts';
import { startedForTest, twoOf, type StartPlatform } from './platform-under-test.ts';

export function traceSuite(start: StartPlatform): void {
  it('gives the collector one trace of a task, from the HTTP request to the model call, by the time the platform has ended', async () => {
    const collector = await otlpCollector();
    const platform = await startedForTest(start, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const [one, other] = twoOf(platform);
    await indexSamples(one.url);
    await runTraced(other.url);
    expect(new Set(await platform.stop())).toEqual(new Set([0]));
    expectOneTrace(collector.spans);
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
  });
}
