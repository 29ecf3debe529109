/** What operators ask a service that has no HTTP of its own: `/metrics`, `/healthz` (the process answers) and `/readyz` (it does its work, which means neither that it starts nor that it stops). */
import { createServer } from 'node:http';
import type { Metrics } from '@waybill/telemetry';
import { listenFailure } from './listen-failure.ts';

export type ServiceStatus = 'starting' | 'ready' | 'stopping';

export interface StatusPageOptions {
  readonly port: number;
  readonly host: string;
  readonly metrics: Metrics;
  readonly status: () => ServiceStatus;
}

export interface StatusPage {
  readonly port: number;
  close(): Promise<void>;
}

type Answer = readonly [status: number, type: string, body: string];
const json = (status: number, word: string): Answer => [status, 'application/json', `{"status":"${word}"}`];

export async function openStatusPage({ port, host, metrics, status }: StatusPageOptions): Promise<StatusPage> {
  const answerTo = async (url: string | undefined): Promise<Answer> => {
    if (url === '/metrics') return [200, metrics.contentType, await metrics.text()];
    if (url === '/healthz') return json(200, 'ok');
    if (url === '/readyz') return json(status() === 'ready' ? 200 : 503, status());
    return json(404, 'not_found');
  };
  const server = createServer(({ url }, response) => {
    void answerTo(url)
      .catch(() => json(500, 'failed'))
      .then(([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    const settings = { port, host, portSetting: 'METRICS_PORT', hostSetting: 'METRICS_HOST' };
    server.once('error', (error) => reject(listenFailure(error, settings)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
