/** MinIO as the S3 server, built by Go from the last commit of its community source. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cached, host, ports, running, s3 } from '../places.mjs';
import { need, run } from '../run.mjs';

const source = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
const binary = () => cached('minio');

/** @type {import('../servers.mjs').Server} */
export const minio = {
  name: 'minio',
  port: ports.minio,
  stopSignal: 'SIGTERM',

  async install() {
    const stamp = cached('minio.version');
    if (existsSync(binary()) && existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return;
    need('go', 'MinIO is built by Go');
    const work = cached('go');
    const env = {
      GOBIN: `${work}/bin`,
      GOMODCACHE: `${work}/modules`,
      GOCACHE: `${work}/build`,
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    };
    await run('nice', ['-n', '10', 'go', 'install', '-trimpath', '-ldflags=-s -w', source], { cwd: cached(), env });
    renameSync(`${work}/bin/minio`, binary());
    await run('go', ['clean', '-modcache'], { cwd: cached(), env }); // its files are read-only
    rmSync(work, { recursive: true, force: true });
    writeFileSync(stamp, source);
  },

  async prepare() {
    mkdirSync(running('minio', s3.bucket), { recursive: true });
  },

  program() {
    // No update check, no console, no telemetry: nothing leaves the machine.
    const env = {
      MINIO_ROOT_USER: s3.accessKey,
      MINIO_ROOT_PASSWORD: s3.secretKey,
      MINIO_UPDATE: 'off',
      MINIO_BROWSER: 'off',
      MINIO_CALLHOME_ENABLE: 'off',
    };
    const addresses = ['--address', `${host}:${ports.minio}`, '--console-address', `${host}:${ports.minio + 1}`];
    return { command: binary(), args: ['server', '--quiet', '--anonymous', ...addresses, running('minio')], env };
  },

  isReady: () =>
    fetch(`http://${host}:${ports.minio}/minio/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
};
