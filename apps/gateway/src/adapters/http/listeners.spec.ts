import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type ListenOptions, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Listeners } from './listeners.ts';

const host = '127.0.0.1';
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Parts {
  readonly listenHttp?: (server: Server, options: ListenOptions) => Promise<unknown>;
  readonly answer?: RequestListener;
  readonly patienceMs?: number;
}

function start({ listenHttp, answer = (_request, response) => response.end('here'), patienceMs }: Parts = {}) {
  const server = createServer(answer);
  const listeners = new Listeners(server, patienceMs);
  const listen = async (options: ListenOptions): Promise<void> => {
    server.listen(options);
    await once(server, 'listening');
  };
  const close = (): Promise<unknown> =>
    Promise.all([listeners.close(), new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(0)))]);
  ends.push(close);
  return {
    server,
    close,
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
  const { listen, port, close, server } = start();
  server.on('connection', () => taken.push(rounds));
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
  await close();
});

it('refuses a port that is taken, shared or not', async () => {
  const first = start();
  await first.listen();
  await expect(start().listen(first.port())).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('has one socket where the system cannot share an address', async () => {
  const asked: ListenOptions[] = [];
  const listenHttp = async (server: Server, options: ListenOptions): Promise<void> => {
    asked.push(options);
    if (options.reusePort) throw Object.assign(new Error('listen ENOTSUP'), { code: 'ENOTSUP' });
    server.listen(options);
    await once(server, 'listening');
  };
  const { listen, port } = start({ listenHttp });
  await listen();
  expect(asked).toHaveLength(2);
  expect(await body(port())).toBe('here');
});

describe('close', () => {
  const connected = async (server: Server, port: number): Promise<Socket> => {
    const taken = once(server, 'connection');
    const client = connect({ host, port });
    ends.push(() => Promise.resolve(client.destroy()));
    await taken;
    return client;
  };

  it('does not wait for a client that has asked for nothing', async () => {
    const { listen, port, close, server } = start({ patienceMs: 60_000 });
    await listen();
    const clients: Socket[] = [];
    while (clients.length < 20) clients.push(await connected(server, port()));
    const ended = clients.map((client) => once(client.resume(), 'close'));
    await close();
    await Promise.all(ended);
  });

  it('lets a request that runs be answered, and does not wait for the client to hang up after it', async () => {
    const asked = Promise.withResolvers<() => void>();
    const answer: RequestListener = (_request, response) => asked.resolve(() => response.end('at last'));
    const { listen, port, close } = start({ answer, patienceMs: 60_000 });
    await listen();
    const agent = new Agent({ keepAlive: true });
    ends.push(() => Promise.resolve(agent.destroy()));
    const answered = once(get({ host, port: port(), agent }), 'response') as Promise<[IncomingMessage]>;
    const respond = await asked.promise;
    const closed = close();
    respond();
    const [response] = await answered;
    expect(Buffer.concat(await response.toArray()).toString()).toBe('at last');
    await closed;
  });

  it('cuts off who does not end in time', async () => {
    const { listen, port, close, server } = start({ patienceMs: 20 });
    await listen();
    const client = await connected(server, port());
    client.write('GET / HTTP/1.1\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    await close();
  });
});
