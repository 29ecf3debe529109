/** Two processes of each service on the native stack, gone when the test ends; and what can happen to the servers under them. */
import { WaybillClient } from '@waybill/client';
import { ServiceCluster } from '@waybill/testing';
import { onTestFailed, onTestFinished } from 'vitest';
import { end } from '../../tools/stack/background.mjs';
import { serviceSettings } from '../../tools/stack/places.mjs';
import { serverNamed, start } from '../../tools/stack/servers.mjs';
import type { StartPlatform } from '../suite/platform-under-test.ts';
import { stateOf } from './gateway-state.ts';
import { root } from './scratch.ts';

export interface Cluster {
  readonly services: ServiceCluster;
  readonly clients: readonly WaybillClient[];
  /** How far the test is; said when it fails. */
  readonly at: { step: string; doing?: { describe(): string } };
}

/** Gone when the test ends. */
export async function startCluster(env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const services = await newCluster(env);
  const at: Cluster['at'] = { step: 'start' };
  let states: string[] = [];
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') states = await Promise.all(services.urls.map((url) => stateOf(url)));
    await services.kill();
  });
  onTestFailed(() => {
    console.log(outputOf(services));
    const where = `It was at "${at.step}"; ${at.doing?.describe() ?? 'nothing runs yet'}`;
    throw new Error([where, ...states, lastLines(services)].join('\n'));
  });
  await services.start();
  return { services, at, clients: services.urls.map((url) => new WaybillClient(url)) };
}

/** For the suites. */
export const startOnServers: StartPlatform = async (settings) => {
  const services = await newCluster(settings);
  try {
    await services.start();
  } catch (error) {
    await services.kill();
    throw error;
  }
  return {
    addresses: services.urls.map((url) => ({ url, environment: { WAYBILL_URL: url } })),
    stop: () => services.stop(),
    kill: () => services.kill(),
    output: () => outputOf(services),
  };
};

export async function restartServer(name: 'kafka' | 'postgres' | 'redis', signal: NodeJS.Signals): Promise<void> {
  await end(name, signal, 20);
  await start(serverNamed(name), () => {});
}

function newCluster(env: Readonly<Record<string, string>>): Promise<ServiceCluster> {
  return ServiceCluster.of({
    root,
    settings: (service) => ({
      ...serviceSettings(service),
      KAFKA_PARTITIONS: '4',
      LOG_LEVEL: 'warn',
      AGENTIC_NO_LLM: '1',
      ...env,
    }),
  });
}

const mostOfALine = 160;
const lastLines = ({ processes }: ServiceCluster): string =>
  processes.map(({ name, output }) => `${name}: ${lastLine(output)}`).join('\n');

/** Of a record of the log its time and what it says. */
const lastLine = (output: string): string =>
  output
    .trim()
    .split('\n')
    .at(-1)!
    .replace(/^\{"time":"[^"]*T([^"]*)".*"msg":/, '$1 ')
    .slice(0, mostOfALine);

const outputOf = ({ processes }: ServiceCluster): string =>
  processes.map(({ name, output }) => `--- ${name}\n${output.slice(-4_000)}`).join('\n');
