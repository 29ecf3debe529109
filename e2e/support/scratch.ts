/** Folders and platforms of end-to-end tests; `scratchFolder` and `platformIn` are gone when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PlatformProcess } from '@waybill/testing';
import { onTestFinished } from 'vitest';

export const root = join(import.meta.dirname, '../..');
/** As `npm start` and `npm run waybill` do. */
export const bootstrap = join(root, 'tools/bootstrap.mjs');

export function newFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-e2e-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function newPlatform(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PlatformProcess> {
  const args = ['start', '--no-sample'];
  return new PlatformProcess({ script: bootstrap, args, dataDir, port: await freePort(), env });
}

export function scratchFolder(): string {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  return folder;
}

export async function platformIn(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PlatformProcess> {
  const platform = await newPlatform(dataDir, env);
  onTestFinished(async () => void (await platform.end('SIGKILL')));
  return platform;
}
