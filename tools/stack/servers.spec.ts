import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const base = mkdtempSync(join(tmpdir(), 'waybill-stack-'));
vi.stubEnv('WAYBILL_STACK_DIR', base);
const { launch, end } = await import('./background.mjs');
const { start } = await import('./servers.mjs');
afterAll(() => rmSync(base, { recursive: true }));

it('finishes the start of a server that an interrupted `up` has left running', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const done: string[] = [];
  const server = {
    name: 'slow',
    port,
    stopSignal: 'SIGTERM' as const,
    install: async () => {},
    prepare: async () => {},
    program: () => ({ command: process.execPath, args: ['--eval', 'setInterval(() => undefined, 1_000)'] }),
    isReady: () => done.push('asked') > 2,
    afterStart: async () => void done.push('roles made'),
  };
  launch(server.name, server.program()); // and then Ctrl-C
  try {
    await start(server, () => undefined);
    expect(done).toEqual(['asked', 'asked', 'asked', 'roles made']);
  } finally {
    await end(server.name, 'SIGTERM', 5);
  }
});
