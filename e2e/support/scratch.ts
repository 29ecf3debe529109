/** Folders and processes of an end-to-end test, gone when it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PlatformProcess } from '@waybill/testing';
import { onTestFinished } from 'vitest';

export const root = join(import.meta.dirname, '../..');
export const startScript = join(root, 'apps/platform/dist/main.js');
export const cliScript = join(root, 'apps/platform/dist/cli.js');

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function platformIn(dataDir: string, args: readonly string[] = ['--no-sample']): Promise<PlatformProcess> {
  const platform = new PlatformProcess({ script: startScript, args, dataDir, port: await freePort() });
  onTestFinished(async () => void (await platform.end('SIGKILL')));
  return platform;
}
