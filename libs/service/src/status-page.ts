/** What operators ask a service that has no HTTP of its own: `/metrics`, `/healthz` (the process answers) and `/readyz` (it does its work). */
import { createServer } from 'node:http';
import { PlatformError } from '@waybill/contracts';
import type { Metrics } from '@waybill/telemetry';

export interface StatusPageOptions {
  readonly port: number;
  readonly host: string;
  readonly metrics: Metrics;
  readonly isReady: () => boolean;
}

export interface StatusPage {
  readonly port: number;
  close(): Promise<void>;
}

type Answer = readonly [status: number, type: string, body: string];
const json = (status: number, word: string): Answer => [status, 'application/json', `{"status":"${word}"}`];

export async function openStatusPage({ port, host, metrics, isReady }: StatusPageOptions): Promise<StatusPage> {
  const answerTo = async (url: string | undefined): Promise<Answer> => {
    if (url === '/metrics') return [200, metrics.contentType, await metrics.text()];
    if (url === '/healthz') return json(200, 'ok');
    if (url === '/readyz') return isReady() ? json(200, 'ready') : json(503, 'starting');
    return json(404, 'not_found');
  };
  const server = createServer(({ url }, response) => {
    void answerTo(url)
      .catch(() => json(500, 'failed'))
      .then(([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PlatformError('port_taken', {
              detail: `Port ${port} is in use by another process: set METRICS_PORT to another one.`,
            })
          : error,
      ),
    );
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
