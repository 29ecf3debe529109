import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { discardRest } from './discard-rest.ts';

/** A client that has sent its headers and the beginning of its body. */
async function half(begun: string, length: number): Promise<{ request: IncomingMessage; client: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  client.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${begun}`);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, client };
}

it('ends with the body', async () => {
  const { request, client } = await half('ab', 4);
  const discarded = discardRest(request);
  client.write('cd');
  await discarded;
  expect(request.complete).toBe(true);
});

it('ends with the connection', async () => {
  const { request, client } = await half('ab', 4);
  const discarded = discardRest(request);
  client.destroy();
  await expect(discarded).resolves.toBeUndefined();
});

it('ends when there is too much of it, and when it takes too long', async () => {
  const { request } = await half('abcdef', 1_000);
  await discardRest(request, { bytes: 3, ms: 1_000_000 });
  const { request: slow } = await half('a', 1_000);
  await discardRest(slow, { bytes: 1_000, ms: 1 });
  expect([request.complete, slow.complete]).toEqual([false, false]);
});
