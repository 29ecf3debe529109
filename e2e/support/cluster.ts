/** Two processes of each service on the native stack, gone when the test ends; and what can happen to the servers under them. */
import { WaybillClient } from '@waybill/client';
import { ServiceCluster } from '@waybill/testing';
import { onTestFailed, onTestFinished } from 'vitest';
import { end } from '../../tools/stack/background.mjs';
import { serviceSettings } from '../../tools/stack/places.mjs';
import { serverNamed, start } from '../../tools/stack/servers.mjs';
import { root } from './scratch.ts';

export interface Cluster {
  readonly services: ServiceCluster;
  readonly clients: readonly WaybillClient[];
}

export async function startCluster(env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const services = await ServiceCluster.of({
    root,
    settings: (service) => ({
      ...serviceSettings(service),
      KAFKA_PARTITIONS: '4',
      LOG_LEVEL: 'warn',
      AGENTIC_NO_LLM: '1',
      ...env,
    }),
  });
  onTestFinished(() => services.kill());
  onTestFailed(() => {
    for (const { name, output } of services.processes) console.log(`--- ${name}\n${output.slice(-4_000)}`);
  });
  await services.start();
  return { services, clients: services.urls.map((url) => new WaybillClient(url)) };
}

export async function restartServer(name: 'kafka' | 'postgres' | 'redis', signal: NodeJS.Signals): Promise<void> {
  await end(name, signal, 20);
  await start(serverNamed(name), () => {});
}
