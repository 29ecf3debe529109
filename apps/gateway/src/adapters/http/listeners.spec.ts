import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type ListenOptions } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Listeners } from './listeners.ts';

const host = '127.0.0.1';
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function start(listenHttp?: (server: Server, options: ListenOptions) => Promise<unknown>) {
  const server = createServer((_request, response) => response.end('here'));
  const listeners = new Listeners(server);
  const listen = async (options: ListenOptions): Promise<void> => {
    server.listen(options);
    await once(server, 'listening');
  };
  ends.push(() =>
    Promise.all([listeners.close(), new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(0)))]),
  );
  return {
    listeners,
    listen: (port = 0) =>
      listeners.listen({ host, port }, (options) => (listenHttp ? listenHttp(server, options) : listen(options))),
    port: () => (server.address() as AddressInfo).port,
  };
}

async function body(port: number): Promise<string> {
  const [response] = (await once(get({ host, port, agent: false }), 'response')) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}

it('answers all who connect, whichever socket they come to', async () => {
  const { listen, port } = start();
  await listen();
  expect(new Set(await Promise.all(Array.from({ length: 100 }, () => body(port()))))).toEqual(new Set(['here']));
});

it.skipIf(process.platform !== 'linux')('takes several connections in one round of the event loop', async () => {
  const taken: number[] = [];
  let rounds = 0;
  const { listen, port, listeners } = start(async (server, options) => {
    server.on('connection', () => taken.push(rounds));
    server.listen(options);
    await once(server, 'listening');
  });
  await listen();
  const clients = Array.from({ length: 64 }, () => connect({ host, port: port() }));
  const count = (): void => {
    rounds += 1;
    if (taken.length < 64) setImmediate(count);
  };
  count();
  while (taken.length < 64) await new Promise((resolve) => setImmediate(resolve));
  expect(new Set(taken).size).toBeLessThan(48);
  for (const client of clients) client.destroy();
  await listeners.close();
});

it('refuses a port that is taken, shared or not', async () => {
  const first = start();
  await first.listen();
  await expect(start().listen(first.port())).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('has one socket where the system cannot share an address', async () => {
  const asked: ListenOptions[] = [];
  const { listen, port } = start(async (server, options) => {
    asked.push(options);
    if (options.reusePort) throw Object.assign(new Error('listen ENOTSUP'), { code: 'ENOTSUP' });
    server.listen(options);
    await once(server, 'listening');
  });
  await listen();
  expect(asked).toHaveLength(2);
  expect(await body(port())).toBe('here');
});
