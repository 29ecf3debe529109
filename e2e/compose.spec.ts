/** docker-compose.yml gives each service exactly the settings that it knows and needs. No container runs here. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './support/scratch.ts';

interface ComposeService {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on: Readonly<Record<string, unknown>>;
}
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
const names = ['gateway', 'orchestrator', 'agent-node', 'rag-indexer'];

/** As compose does with nothing set outside. */
const filled = (value: string): string =>
  value.replaceAll(/\$\{\w+(?::-([^}]*))?\}/g, (_, usual: string = '') => usual);

describe.each(names)('%s in docker-compose.yml', (name) => {
  const { command, environment } = compose.services[name]!;
  const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filled(value)]));
  const check = (given: Record<string, string>) =>
    spawnSync(process.execPath, [join(root, 'tools/container/main.mjs'), ...command, '--check-settings'], {
      env: { PATH: process.env['PATH'], ...given },
      encoding: 'utf8',
    });

  it('gets settings that it takes, and none that it does not know', () => {
    const { status, stdout, stderr } = check(env);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const known = (JSON.parse(stdout) as { settings: string[] }).settings;
    expect(Object.keys(env).filter((key) => !known.includes(key))).toEqual([]);
  });

  it('would not start without any of what it needs', () => {
    const needed = Object.keys(env).filter((key) => /^(KAFKA_BROKERS|DATABASE_URL|REDIS_URL|S3_ENDPOINT)$/.test(key));
    for (const key of needed) {
      const { [key]: _, ...rest } = env;
      const { status, stderr } = check(rest);
      expect([status, stderr]).toEqual([1, expect.stringContaining(`${key} is missing`)]);
    }
    expect(needed).toContain('KAFKA_BROKERS');
  });

  it('has its own role in the database, and is ready where its health check looks', () => {
    const url = env['DATABASE_URL'];
    if (url !== undefined) expect(new URL(url).username).toBe(name.replace('-', '_'));
    expect(Number(env[name === 'gateway' ? 'PORT' : 'METRICS_PORT'])).toBeGreaterThan(0);
  });

  it('waits for the servers that it names', () => {
    const hosts =
      Object.values(env)
        .join(' ')
        .match(/\b(?:kafka|postgres|redis|minio)(?=:\d)/g) ?? [];
    expect(Object.keys(compose.services[name]!.depends_on).toSorted()).toEqual([...new Set(hosts)].toSorted());
  });
});
