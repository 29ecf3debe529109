import { createMetrics } from '@waybill/telemetry';
import { expect, it } from 'vitest';
import { HttpMetrics } from './http-metrics.ts';

it('shows every kind of alarm from the start, so that the first one is an increase', async () => {
  const metrics = createMetrics('gateway');
  const zero = () => 0;
  const gauges = { streamsOpen: zero, liveBytes: zero, liveTasks: zero, projectionLag: () => Promise.resolve(0) };
  const http = new HttpMetrics(metrics, gauges);
  http.alarm('hole');
  const text = await metrics.text();
  const shown = [...text.matchAll(/waybill_gateway_alarms_total\{.*kind="(\w+)"\} (\d)/g)];
  expect(Object.fromEntries(shown.map(([, kind, count]) => [kind, count]))).toEqual({
    gap: '0',
    hole: '1',
    projection: '0',
    unreadable: '0',
  });
});
