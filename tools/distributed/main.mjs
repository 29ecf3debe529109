/**
 * `npm run test:distributed [vitest arguments]`: real servers of its own, then the contract suites of the adapters on them and the platform in many processes.
 * Promises: the servers begin empty and are gone afterwards; what is missing on this machine is said, and nothing is skipped for it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

// Beside a stack that somebody works with.
process.env['WAYBILL_STACK_PORT'] ??= '30000';
const root = join(import.meta.dirname, '../..');
const { allServers, clean, servers, up } = await import('../stack/servers.mjs');
const { StackFailure } = await import('../stack/failure.mjs');
const say = (/** @type {string} */ line) => console.error(`stack: ${line}`);

/** @returns {Promise<number>} the exit code */
const vitest = () =>
  new Promise((resolve) => {
    const args = ['run', '--config', 'vitest.distributed.config.ts', ...process.argv.slice(2)];
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
    child.on('exit', (code) => resolve(code ?? 1));
  });

try {
  await clean(allServers);
  await up(servers, say);
  process.exitCode = await vitest();
} catch (error) {
  if (!(error instanceof StackFailure)) throw error;
  if (error.details) console.error(error.details);
  say(error.message);
  process.exitCode = 1;
} finally {
  await clean(allServers);
}
