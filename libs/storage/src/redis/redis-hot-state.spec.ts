/** Against servers that misbehave: hot state goes on without Redis. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { HotState } from '../hot-state.ts';
import { RedisHotState } from './redis-hot-state.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ending.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Enough of Redis: each command is answered by its name. */
const answering = (answers: Readonly<Record<string, string>>): Server =>
  createServer((socket) => {
    socket.on('data', (data) => {
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n([a-z]+)\r\n/gi))
        socket.write(`${answers[name!.toLowerCase()] ?? '+OK'}\r\n`);
    });
  });

async function open(url: string) {
  const lines: string[] = [];
  const note = (message: string, fields?: object): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const begun = performance.now();
  const state = await RedisHotState.open({
    url,
    keyPrefix: 'test:',
    timeoutMs: 50,
    logger: { info: note, warn: note },
  });
  ending.push(() => state.close());
  return { state, lines, tookMs: performance.now() - begun };
}

async function expectToGoOn(state: HotState): Promise<void> {
  const begun = performance.now();
  for (let n = 1; n <= 50; n += 1) {
    await state.set(`k${String(n)}`, 'x', 1_000);
    expect(await state.get(`k${String(n)}`)).toBe('x');
    expect(await state.increment('n', 2, 10_000)).toBe(2 * n);
  }
  await expect(state.increment('k1', 1, 1_000)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(performance.now() - begun).toBeLessThan(500);
}

it('goes on for itself where nobody listens, and says so once', async () => {
  const server = createServer();
  const place = await listen(server);
  await new Promise((resolve) => void server.close(resolve));
  const { state, lines, tookMs } = await open(`redis://someone:hidden@${place}`);
  expect(tookMs).toBeLessThan(900);
  await expectToGoOn(state);
  expect(lines).toEqual([
    expect.stringMatching(`^Redis at ${place} is away. Until it is back each process keeps .*ECONNREFUSED`),
  ]);
});

it('goes on for itself when the server takes connections and never answers', async () => {
  const { state, lines, tookMs } = await open(`redis://${await listen(createServer())}`);
  expect(tookMs).toBeLessThan(1_500);
  await expectToGoOn(state);
  expect(lines).toHaveLength(1);
});

it('goes on for itself when the server cannot write, and tries again ever more slowly', async () => {
  const server = answering({
    info: '$12\r\nredis_mode:x',
    eval: "-READONLY You can't write against a read only replica.",
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const begun = performance.now();
  const { state, lines } = await open(`redis://${await listen(server)}`);
  await expectToGoOn(state);
  await expect.poll(() => connections, { timeout: 5_000 }).toBe(5);
  expect(performance.now() - begun).toBeGreaterThan(50 + 100 + 200 + 400 - 10);
  expect(lines).toEqual([expect.stringContaining('READONLY')]);
});

it('takes a command that is refused for an outage, and answers it all the same', async () => {
  const server = answering({ info: '$12\r\nredis_mode:x', eval: ':1', set: '-OOM command not allowed' });
  const { state, lines } = await open(`redis://${await listen(server)}`);
  await state.set('a', 'x', 1_000);
  expect(await state.get('a')).toBe('x');
  expect(lines).toEqual([expect.stringContaining('OOM command not allowed')]);
  await expect.poll(() => lines.length).toBe(2);
  expect(lines[1]).toContain('is back');
});

it('goes on for itself, and in no other database, where there is none of the number in the address', async () => {
  const server = answering({ info: '$12\r\nredis_mode:x', eval: ':1', select: '-ERR DB index is out of range' });
  const { state, lines } = await open(`redis://${await listen(server)}/99`);
  await expectToGoOn(state);
  expect(lines).toEqual([expect.stringContaining('DB index is out of range')]);
});

it.each(['no url', 'http://127.0.0.1:6379', '/run/redis.sock', ''])('refuses the address %j', async (url) => {
  await expect(open(url)).rejects.toMatchObject({ code: 'invalid_configuration' });
});

it('can be closed while Redis is away, and asked after that', async () => {
  const { state, lines } = await open(`redis://${await listen(createServer((socket) => socket.destroy()))}`);
  await state.close();
  expect(await state.get('a')).toBeUndefined();
  expect(lines).toHaveLength(1);
});
