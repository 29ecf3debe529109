/** Against servers that misbehave: what becomes of a request when no S3 answers it. */
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { boundedTransport } from './bounded-transport.ts';
import { S3ObjectStore } from './s3-object-store.ts';

const started: { server: Server | TcpServer; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of started.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

async function listen(server: Server | TcpServer): Promise<{ endpoint: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}).resume(); // who does not read hears of no end
  });
  started.push({ server, sockets });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, sockets };
}

/** Of who waits for nothing; more than a busy machine makes anybody wait who is answered. */
const patienceMs = 500;
const open = (endpoint: string, timeoutMs = patienceMs, bucket = 'objects'): Promise<S3ObjectStore> =>
  S3ObjectStore.open({ endpoint, accessKey: 'access', secretKey: 'secret', bucket, timeoutMs });

/** Its bucket is there and versioned; what is asked of an object `answer` says. */
async function bucketThat(answer: RequestListener) {
  const requests: IncomingMessage[] = [];
  const server = createHttpServer((request, response) => {
    if (request.url === '/objects') return response.end();
    if (request.url === '/objects?versioning')
      return response.end('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
    requests.push(request);
    answer(request, response);
  });
  const { endpoint, sockets } = await listen(server);
  return { endpoint, sockets, requests, store: await open(endpoint) };
}

it('says where nobody listens', async () => {
  const { endpoint } = await listen(createServer());
  started.pop()!.server.close();
  await expect(open(endpoint)).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
    detail: expect.stringMatching(`^Bucket objects at ${endpoint} could not be opened: .*ECONNREFUSED`),
  });
});

it('gives a server up that takes the connection and never answers, and closes the connection', async () => {
  const { endpoint, sockets } = await listen(createServer());
  await expect(open(endpoint)).rejects.toMatchObject({
    code: 'unavailable',
    detail: `Bucket objects at ${endpoint} could not be opened: no answer within ${patienceMs} ms.`,
  });
  await expect.poll(() => sockets.size).toBe(0);
});

it('gives a body up that stops in its middle', async () => {
  const { store, sockets } = await bucketThat((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
  });
  await expect(store.get('a')).rejects.toMatchObject({
    code: 'unavailable',
    detail: expect.stringContaining(`give a: no answer within ${patienceMs} ms`),
  });
  await expect.poll(() => sockets.size).toBe(0);
});

it('gives a body up that comes byte by byte for ever', async () => {
  const { endpoint } = await bucketThat((_, response) => {
    response.writeHead(200, { 'content-length': '100000' });
    const dripping = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(dripping));
  });
  const { transport } = boundedTransport(false, { silentMs: 60_000, totalMs: 200 });
  const { port } = new URL(endpoint);
  const read = new Promise((resolve, reject) => {
    const request = transport.request({ port, path: '/objects/a' }, (response) => {
      text(response).then(resolve, reject);
    });
    request.on('error', reject).end();
  });
  await expect(read).rejects.toThrow('it took longer than 200 ms');
});

it('takes no half of an object for the whole', async () => {
  const { store } = await bucketThat((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.socket!.destroy());
  });
  await expect(store.get('a')).rejects.toMatchObject({ code: 'unavailable' });
});

it.each([429, 500, 503])('asks once when it is answered %i, and leaves no connection behind', async (status) => {
  const { store, requests, sockets } = await bucketThat((_, response) => {
    response.writeHead(status).end(`<Error><Code>SlowDown</Code>${'x'.repeat(100_000)}</Error>`);
  });
  for (let n = 0; n < 8; n += 1)
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining(String(status)),
    });
  expect(requests).toHaveLength(8);
  expect(sockets.size).toBeLessThan(4); // one may still be read while the next request begins
});

it.each(['<html>no S3</html>', '', '{"error":"not found"}', '<Error><Code>NoSuchBucket</Code></Error>'])(
  'does not take a 404 with %j for a missing object',
  async (body) => {
    const { store } = await bucketThat((_, response) => void response.writeHead(404).end(body));
    await expect(store.get('a')).rejects.toMatchObject({ code: 'unavailable' });
  },
);

it('opens a bucket whose server keeps no versions', async () => {
  const warnings: string[] = [];
  const server = createHttpServer((request, response) => {
    response.writeHead(request.url!.includes('versioning') ? 501 : 200).end();
  });
  const { endpoint } = await listen(server);
  const logger = { warn: (message: string) => void warnings.push(message) };
  await S3ObjectStore.open({ endpoint, accessKey: 'a', secretKey: 'b', bucket: 'objects', logger });
  expect(warnings).toEqual(['Bucket objects keeps no older versions of its objects.']);
});

it.each([
  ['no url', 'objects'],
  ['ftp://127.0.0.1', 'objects'],
  ['http://127.0.0.1/path', 'objects'],
  ['http://127.0.0.1', 'No Bucket'],
  ['http://127.0.0.1', 'a..b'],
])('refuses the endpoint %s with the bucket %s', async (endpoint, bucket) => {
  await expect(open(endpoint, patienceMs, bucket)).rejects.toMatchObject({ code: 'invalid_configuration' });
});

it('shows no user of the endpoint', async () => {
  const { endpoint } = await listen(createServer());
  const withUser = endpoint.replace('//', '//someone:hidden@');
  const error: unknown = await open(withUser).catch((e: unknown) => e);
  expect(String(error)).toContain(endpoint);
  expect(String(error)).not.toContain('hidden');
});

it('says of a bucket that is not there and may not be made that it is missing', async () => {
  const denied = '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';
  const server = createHttpServer(({ method }, response) =>
    method === 'PUT' ? response.writeHead(403).end(denied) : response.writeHead(404).end(),
  );
  const { endpoint } = await listen(server);
  await expect(open(endpoint)).rejects.toMatchObject({
    code: 'unavailable',
    detail: `Bucket objects at ${endpoint} could not be opened: it is missing, and could not be made: AccessDenied: Access Denied.`,
  });
});
