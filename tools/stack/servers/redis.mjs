/** Redis, the distribution's. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { isOpen } from '../background.mjs';
import { StackFailure } from '../failure.mjs';
import { host, ports, running } from '../places.mjs';
import { run } from '../run.mjs';

const has = (/** @type {string} */ program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** @type {import('../servers.mjs').Server} */
export const redis = {
  name: 'redis',
  port: ports.redis,
  stopSignal: 'SIGTERM',

  async install() {
    if (has('redis-server')) return;
    if (process.getuid?.() !== 0 || !has('apt-get'))
      throw new StackFailure('Redis is not here, and only root on Debian can be helped: install `redis-server`.');
    await run('apt-get', ['update', '-qq']);
    // RUNLEVEL=1 keeps the package from starting its service.
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env });
  },

  async prepare() {
    mkdirSync(running('redis'), { recursive: true });
  },

  program() {
    const place = ['--bind', host, '--port', String(ports.redis), '--dir', running('redis')];
    return { command: 'redis-server', args: [...place, '--save', '', '--appendonly', 'no', '--daemonize', 'no'] };
  },

  isReady: () => isOpen(ports.redis),
};
