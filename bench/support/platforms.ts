/** What is measured: the platform in one process, or one process of each service on real Kafka, PostgreSQL, Redis and S3. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  cpuMs,
  freePort,
  memoryMb,
  PlatformProcess,
  ServiceCluster,
  ServiceProcess,
  withChildren,
} from '@waybill/testing';
import { pidOf } from '../../tools/stack/background.mjs';
import { serviceSettings } from '../../tools/stack/places.mjs';
import { clean, servers, up } from '../../tools/stack/servers.mjs';
import { BenchClient } from './http.ts';

export interface BenchPlatform {
  readonly client: BenchClient;
  readonly readyMs: number;
  /** Of everything that works for the platform, servers too: CPU in ms so far, memory in MB. */
  readonly cpu: () => number;
  readonly memory: () => number;
  close(): Promise<void>;
}
export interface KafkaBenchPlatform extends BenchPlatform {
  /** Every service begins anew, on servers that go on. */
  renew(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** `command`: script and arguments, relative to the checkout `from`. */
export async function embedded(
  scratch: string,
  command: readonly [string, ...string[]],
  from = root,
): Promise<BenchPlatform> {
  const [script, ...args] = command;
  const dataDir = mkdtempSync(join(scratch, 'data-'));
  const env = { LOG_LEVEL: 'warn' };
  const platform = new PlatformProcess({ script: join(from, script), args, dataDir, port: await freePort(), env });
  const readyMs = await platform.start();
  return {
    client: new BenchClient(platform.url),
    readyMs,
    cpu: () => cpuMs(platform.pid),
    memory: () => memoryMb(platform.pid),
    close: async () => {
      await platform.end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Servers of its own, which begin empty. The agent node offers the `ticker` of W4 besides its own agents. */
export async function onKafka(say: (line: string) => void): Promise<KafkaBenchPlatform> {
  await clean(servers);
  await up(servers, say);
  const common = { KAFKA_PARTITIONS: '4', LOG_LEVEL: 'warn', AGENTIC_NO_LLM: '1' };
  const cluster = await ServiceCluster.of({
    root,
    count: 1,
    settings: (service) => ({ ...serviceSettings(service), ...common }),
  });
  const port = await freePort();
  const ticker = new ServiceProcess({
    name: 'ticker',
    script: join(root, 'bench/support/token-node.ts'),
    env: { ...serviceSettings('agent-node'), ...common, METRICS_PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });
  const begun = performance.now();
  const begin = () => Promise.all([cluster.start(), ticker.start()]);
  const end = () => Promise.all([cluster.stop(), ticker.end('SIGTERM')]);
  const stop = async (): Promise<void> => {
    await end();
    await clean(servers);
  };
  await begin().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const readyMs = performance.now() - begun;
  const pids = (): number[] => [
    ...cluster.processes.map(({ pid }) => pid),
    ...servers.flatMap(({ name }) => withChildren(pidOf(name)!)),
  ];
  return {
    client: new BenchClient(cluster.urls[0]!),
    readyMs,
    cpu: () => sum(pids().map(cpuMs)),
    memory: () => sum(pids().map(memoryMb)),
    renew: async () => {
      await end();
      await begin();
    },
    close: stop,
  };
}
