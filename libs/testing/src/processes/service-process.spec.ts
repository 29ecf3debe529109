import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './platform-process.ts';
import { ServiceProcess } from './service-process.ts';

/** Answers 200, and ends with code 3 when it is asked for `/fall`. */
const program = `
import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.url !== '/fall') return void response.end('ok');
  console.error('a reason');
  process.exit(3);
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** Gone when the test ends. */
function scriptOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, 'program.mjs');
  writeFileSync(script, text);
  return script;
}

async function started(): Promise<{ process: ServiceProcess; url: string }> {
  const script = scriptOf(program);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = new ServiceProcess({ name: 'a program', script, env: { PORT: String(port) }, readyUrl: url });
  onTestFinished(async () => void (await process.end('SIGKILL')));
  await process.start();
  return { process, url };
}

it('says when the process has ended by itself, and what it printed', async () => {
  const { process, url } = await started();
  await fetch(`${url}/fall`).catch(() => undefined);
  await expect(process.failure).rejects.toThrow(/a program has ended by itself \(3\):\na reason/);
});

it('is not ready when another one answers for it', async () => {
  const script = scriptOf('process.exit(1)');
  const other = new ServiceProcess({ name: 'the other', script, env: {}, readyUrl: 'http://127.0.0.1' });
  let connections = 0;
  // The answer comes once the other one has ended.
  const slow = createServer((_, response) => {
    connections += 1;
    const wait = setInterval(() => {
      if (other.isRunning) return;
      clearInterval(wait);
      response.end();
    }, 5);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  onTestFinished(() => void slow.close());
  const { port } = slow.address() as AddressInfo;
  await expect(other.start(`http://127.0.0.1:${port}`)).rejects.toThrow(/the other ended before/);
  expect(connections).toBe(1);
});

it('answers a port only once', async () => {
  const ports: number[] = [];
  while (ports.length < 500) ports.push(await freePort());
  expect(new Set(ports).size).toBe(500);
});

it('says nothing of one that was ended, and started again', async () => {
  const { process, url } = await started();
  const told: unknown[] = [];
  process.failure.catch((error: unknown) => told.push(error));
  await process.end('SIGKILL');
  await process.start();
  expect((await fetch(url)).ok).toBe(true);
  expect(await process.end('SIGTERM')).toBeNull();
  expect(told).toEqual([]);
});
