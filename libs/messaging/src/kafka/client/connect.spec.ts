import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createSecured } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connect as connectBroker, endWhenSilent } from './connect.ts';

async function connected() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [broker] = (await once(server, 'connection')) as [Socket];
  broker.resume();
  onTestFinished(() => {
    for (const one of [socket, broker]) one.destroy();
    server.close();
    vi.useRealTimers();
  });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  endWhenSilent(socket, 1_000);
  const answer = async (): Promise<void> => {
    broker.write('answer');
    await once(socket, 'data');
  };
  return { socket, answer };
}

it('closes a connection on which nothing is answered', async () => {
  const { socket } = await connected();
  socket.write('request');
  vi.advanceTimersByTime(999);
  socket.write('another request');
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('no answer within 1000 ms');
});

it('leaves one that is idle, and one on which answers come late', async () => {
  const { socket, answer } = await connected();
  vi.advanceTimersByTime(10_000);
  for (let round = 0; round < 3; round += 1) {
    socket.write('request');
    vi.advanceTimersByTime(750);
    await answer();
  }
  vi.advanceTimersByTime(10_000);
  expect(socket.destroyed).toBe(false);
});

it('asks for a broker over TLS by its name, as proxies want to know it; an address is none', async () => {
  const asked: string[] = [];
  const refuse = (name: string, done: (error: Error) => void): void => {
    asked.push(name);
    done(new Error('there is no certificate'));
  };
  const server = createSecured({ SNICallback: refuse }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const host of ['localhost', '127.0.0.1'])
    await once(connectBroker({ host, port, ssl: {}, onConnect: () => {} }), 'error');
  expect(asked).toEqual(['localhost']);
});
