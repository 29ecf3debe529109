/** Clients open connections ahead of their requests (Node's `fetch` does), and nobody knows of a request that is on its way. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { refuserOfUnreadable } from './unreadable-request.ts';

/** Later than a connection would be closed. */
async function answer(response: ServerResponse): Promise<void> {
  for (let rounds = 0; rounds < 5; rounds += 1) await setImmediate();
  response.end('here');
}

async function connected() {
  const server = createServer((_request, response) => void answer(response)).listen(0, '127.0.0.1');
  server.on('clientError', refuserOfUnreadable());
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  return { client, sayLate: () => sayLate(server, socket) };
}

/** What Node does when it finds, twice a minute, that a connection has brought no request for a minute. */
const sayLate = (server: Server, socket: Socket): unknown =>
  server.emit('clientError', Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);

it('is closed without a word when it has brought nothing: there is nobody to refuse', async () => {
  const { client, sayLate } = await connected();
  sayLate();
  expect(await text(client)).toBe('');
});

it('is kept when its first request had come and was not read yet', async () => {
  const { client, sayLate } = await connected();
  client.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  sayLate();
  expect(await text(client)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});
