import { createMetrics } from '@waybill/telemetry';
import { expect, it, onTestFinished } from 'vitest';
import { openStatusPage, type ServiceStatus } from './status-page.ts';

it('says whether the service starts, does its work or stops; its process answers all the while', async () => {
  let status: ServiceStatus = 'starting';
  const metrics = createMetrics('agent-node');
  const page = await openStatusPage({ port: 0, host: '127.0.0.1', metrics, status: () => status });
  onTestFinished(() => page.close());
  const look = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${page.port}${path}`);
    return [answer.status, await answer.json()];
  };
  for (const [now, code] of [
    ['starting', 503],
    ['ready', 200],
    ['stopping', 503],
  ] as const) {
    status = now;
    expect(await look('/readyz')).toEqual([code, { status: now }]);
    expect(await look('/healthz')).toEqual([200, { status: 'ok' }]);
  }
});
