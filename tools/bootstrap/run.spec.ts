import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, 'run.mjs')).href;

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends the tool as well, so that the next start does not meet it', async (signal, expected) => {
  const scratch = mkdtempSync(join(tmpdir(), 'waybill-run-'));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const file = join(scratch, 'pid');
  const tool = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => undefined, 1_000);`;
  const runner = `const { run } = await import(${JSON.stringify(module)}); await run([process.execPath, '--eval', ${JSON.stringify(tool)}], [], '.');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', runner], { stdio: 'inherit' });
  while (!existsSync(file) || readFileSync(file, 'utf8') === '')
    await new Promise((resolve) => setTimeout(resolve, 10));
  const pid = Number(readFileSync(file, 'utf8'));
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([expected, null]);
  expect(isAlive(pid)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
