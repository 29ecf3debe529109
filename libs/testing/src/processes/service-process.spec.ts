import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

async function started(): Promise<{ process: ServiceProcess; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-process-'));
  const script = join(folder, 'program.mjs');
  writeFileSync(script, program);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = new ServiceProcess({ name: 'a program', script, env: { PORT: String(port) }, readyUrl: url });
  onTestFinished(async () => {
    await process.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  await process.start();
  return { process, url };
}

it('says when the process has ended by itself, and what it printed', async () => {
  const { process, url } = await started();
  await fetch(`${url}/fall`).catch(() => undefined);
  await expect(process.failure).rejects.toThrow(/a program has ended by itself \(3\):\na reason/);
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
