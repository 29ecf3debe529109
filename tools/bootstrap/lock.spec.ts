/** The lock between two bootstraps, with real files and a real dead process. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAbandoned, withLock } from './lock.mjs';

const quick = { pollMs: 1, say: () => {} };
let folder = '';
let lock = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-lock-'));
  lock = join(folder, 'install.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets one work at a time, and everybody in the end', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, (inside += 1));
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    return 1;
  };
  const done = await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work, quick)));
  expect(done).toHaveLength(8);
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

it('takes over the lock of a dead process, for one waiter at a time', async () => {
  hold(deadProcess(), hostname());
  let inside = 0;
  const work = async () => {
    expect((inside += 1)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work, quick)));
});

it('gives the lock back when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('npm')), quick)).rejects.toThrow('npm');
  expect(existsSync(lock)).toBe(false);
});

it('waits for a live process and says for whom, but not for ever', async () => {
  hold(process.ppid, hostname());
  const said: string[] = [];
  const waiting = withLock(lock, () => Promise.resolve(), {
    pollMs: 1,
    patienceMs: 20,
    say: (line) => said.push(line),
  });
  await expect(waiting).rejects.toThrow(/delete .*install\.lock/);
  expect(said).toEqual([`Waiting for process ${process.ppid}, which is installing or building here.`]);
});

it('cannot ask whether a process of another machine lives, so silence decides', () => {
  hold(deadProcess(), 'elsewhere');
  expect(isAbandoned(lock, 60_000)).toBe(false);
  utimesSync(lock, 1, 1);
  expect(isAbandoned(lock, 60_000)).toBe(true);
});

it('gives a torn lock a few seconds', () => {
  writeFileSync(lock, '');
  expect(isAbandoned(lock, 60_000)).toBe(false);
  utimesSync(lock, 1, 1);
  expect(isAbandoned(lock, 60_000)).toBe(true);
});

function hold(pid: number, host: string): void {
  writeFileSync(lock, JSON.stringify({ pid, host }));
}

function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}
