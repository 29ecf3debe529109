/** Folders and processes of an end-to-end test, gone when it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PlatformProcess } from '@waybill/testing';
import { onTestFinished } from 'vitest';

export const root = join(import.meta.dirname, '../..');
/** As `npm start` and `npm run waybill` do. */
export const bootstrap = join(root, 'tools/bootstrap.mjs');

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function platformIn(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PlatformProcess> {
  const args = ['start', '--no-sample'];
  const platform = new PlatformProcess({ script: bootstrap, args, dataDir, port: await freePort(), env });
  onTestFinished(async () => void (await platform.end('SIGKILL')));
  return platform;
}
