import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { findFolderHolder, lockDataFolder } from './data-folder-lock.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'waybill-lock-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('gives a folder to one at a time, and says who has it', () => {
  const data = join(folder, 'made', 'by', 'it');
  const lock = lockDataFolder(data);
  expect(() => lockDataFolder(data)).toThrow(expect.objectContaining({ code: 'data_folder_locked' }));
  lock.setAddress('http://127.0.0.1:8080');
  expect(() => lockDataFolder(data)).toThrow(
    new RegExp(`${data}.*process ${String(process.pid)} at http://127.0.0.1:8080`),
  );
  expect(findFolderHolder(data)).toEqual({ pid: process.pid, address: 'http://127.0.0.1:8080' });
  lock.release();
  lock.release();
  expect(findFolderHolder(data)).toBeUndefined();
  lockDataFolder(data).release();
});

it('is not disturbed by another process that makes the same folder at the same moment', () => {
  const { mkdirSync } = fs;
  onTestFinished(() => {
    fs.mkdirSync = mkdirSync;
    syncBuiltinESMExports();
  });
  fs.mkdirSync = ((path: string) => {
    mkdirSync(path); // the other one
    return mkdirSync(path);
  }) as typeof mkdirSync;
  syncBuiltinESMExports();
  lockDataFolder(join(folder, 'made', 'by', 'both')).release();
});

it('is free again after its holder was killed', async () => {
  const child = fork(join(import.meta.dirname, 'data-folder-lock.child.mjs'), [folder], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--experimental-transform-types', '--expose-gc'],
  });
  await once(child, 'message');
  expect(() => lockDataFolder(folder)).toThrow(new RegExp(`process ${String(child.pid)} at http://there`));
  expect(findFolderHolder(folder)).toEqual({ pid: child.pid, address: 'http://there' });
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  expect(findFolderHolder(folder)).toBeUndefined();
  lockDataFolder(folder).release();
});

it('says once and clearly that a folder cannot be written', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  expect(() => lockDataFolder(file)).toThrow(
    expect.objectContaining({
      code: 'invalid_configuration',
      detail: expect.stringMatching(/a-file cannot be written/),
    }),
  );
  expect(() => lockDataFolder('/proc/waybill')).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
});
