import { randomUUID } from 'node:crypto';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, expect, it } from 'vitest';
import { host, ports } from '../../../../tools/stack/places.mjs';
import { hotStateContract } from '../contract/hot-state.contract.ts';
import { RedisHotState } from './redis-hot-state.ts';

const url = `redis://${host}:${String(ports.redis)}`;
const run = `test:${randomUUID()}:`;
const admin = new Redis(url);
const freshPrefix = (): string => `${run}${randomUUID()}:`;
const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});
afterAll(async () => {
  const left = await admin.keys(`${run}*`);
  if (left.length > 0) await admin.del(left);
  admin.disconnect();
});

async function open(at = url, keyPrefix = freshPrefix()) {
  const lines: { level: string; text: string }[] = [];
  const note = (level: string) => (message: string, fields?: object) =>
    void lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
  const logger = { info: note('info'), warn: note('warn') };
  const state = await RedisHotState.open({ url: at, keyPrefix, logger });
  ending.push(() => state.close());
  return { state, lines, keyPrefix };
}

/** Between us and Redis: lets everything through, holds everything back, or cuts all connections. */
async function openLine() {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isHeld = false;
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(ports.redis, host);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on('data', (data) => void (isHeld || to.write(data)));
      from.on('error', () => {}).on('close', () => to.destroy());
    }
    return undefined;
  });
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  const destroyAll = (): void => pairs.forEach(([near]) => near.destroy());
  ending.push(() => {
    destroyAll();
    server.close();
  });
  return {
    url: `redis://${host}:${String((server.address() as AddressInfo).port)}`,
    hold: () => (isHeld = true),
    cut: () => {
      isCut = true;
      destroyAll();
    },
    mend: () => (isHeld = isCut = false),
  };
}

hotStateContract('RedisHotState', async () => {
  const { state } = await open();
  return { state, pass: (ms) => sleep(ms) };
});

it('is shared by processes of one prefix, and by no others', async () => {
  const { state, keyPrefix } = await open();
  const { state: same } = await open(url, keyPrefix);
  const { state: other } = await open();
  await state.set('a', 'ä \u0000 漢', 10_000);
  expect(await same.get('a')).toBe('ä \u0000 漢');
  expect(await other.get('a')).toBeUndefined();
  await Promise.all([state, same].flatMap((one) => Array.from({ length: 100 }, () => one.increment('n', 1, 10_000))));
  expect(await same.increment('n', 1, 10_000)).toBe(201);
  expect(await admin.get(`${keyPrefix}n`)).toBe('201');
});

it('leaves it to the server to end a key, whatever number the time is', async () => {
  const { state, keyPrefix } = await open();
  await state.set('a', 'x', 1_500.5);
  await state.increment('n', 1, 1_500.5);
  for (const key of ['a', 'n']) {
    expect(await admin.pttl(keyPrefix + key)).toBeGreaterThan(1_000);
    expect(await admin.pttl(keyPrefix + key)).toBeLessThan(1_502);
  }
  await state.set('for long', 'x', Infinity);
  await state.increment('for long too', 1, Number.MAX_SAFE_INTEGER);
  await state.set('brief', 'x', 0);
  await sleep(20);
  expect(await state.get('for long')).toBe('x');
  expect(await state.get('brief')).toBeUndefined();
});

it('refuses to count by what is no whole number, on what is none, and beyond what a number can hold', async () => {
  const { state, lines, keyPrefix } = await open();
  await admin.lpush(`${keyPrefix}list`, 'x');
  await state.set('large', String(Number.MAX_SAFE_INTEGER), 1_000);
  const refused = [
    state.increment('n', 0.5, 1_000),
    state.increment('list', 1, 1_000),
    state.increment('large', 1, 1_000),
  ];
  for (const one of refused) await expect(one).rejects.toMatchObject({ code: 'invalid_request' });
  expect(lines).toEqual([]); // no outage
});

it('goes on for itself with wrong credentials, which it tells nobody', async () => {
  const { state, lines } = await open(url.replace('//', '//nobody:wrong-password@'));
  expect(await state.increment('n', 1, 1_000)).toBe(1);
  expect(await state.increment('n', 1, 1_000)).toBe(2);
  await sleep(500);
  expect(lines).toEqual([{ level: 'warn', text: expect.stringContaining('WRONGPASS') }]);
  expect(JSON.stringify(lines)).not.toMatch(/wrong-password|nobody/);
});

it('waits a moment for a server that falls silent, then not at all, and comes back to it', async () => {
  const line = await openLine();
  const { state, lines } = await open(line.url);
  await state.set('a', 'shared', 60_000);
  line.hold();
  const begun = performance.now();
  expect(await Promise.all([state.get('a'), state.increment('n', 1, 60_000), state.get('b')])).toEqual([
    undefined,
    1,
    undefined,
  ]);
  expect(performance.now() - begun).toBeLessThan(600);
  const next = performance.now();
  for (let n = 0; n < 100; n += 1) await state.increment('n', 1, 60_000);
  expect(performance.now() - next).toBeLessThan(200);
  expect(lines).toEqual([{ level: 'warn', text: expect.stringContaining('Command timed out') }]);
  line.mend();
  await expect.poll(() => state.get('a'), { timeout: 10_000 }).toBe('shared');
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
});

it('fails no call when connections are cut, and tells each outage once', async () => {
  const line = await openLine();
  const { state, lines } = await open(line.url);
  for (const outage of [1, 2]) {
    await state.set('a', 'shared', 60_000);
    const calls = Array.from({ length: 20 }, () => state.increment('n', 1, 60_000));
    line.cut();
    await Promise.all(calls);
    await expect.poll(() => lines.length).toBe(2 * outage - 1);
    await sleep(300);
    line.mend();
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(2 * outage);
    expect(await state.get('a')).toBe('shared');
  }
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info', 'warn', 'info']);
});
