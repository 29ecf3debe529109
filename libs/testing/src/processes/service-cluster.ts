/** Several processes of each service, on servers that run: what an operator's cluster is made of. */
import { join } from 'node:path';
import { freePort } from './platform-process.ts';
import { ServiceProcess } from './service-process.ts';

export const serviceNames = ['gateway', 'orchestrator', 'agent-node', 'rag-indexer'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceClusterOptions {
  /** Of the repository. */
  readonly root: string;
  /** Processes of each service; default 2. */
  readonly count?: number;
  /** The settings of a service, beside its ports. */
  readonly settings: (service: ServiceName) => Readonly<Record<string, string>>;
}

export class ServiceCluster {
  private constructor(
    readonly services: Readonly<Record<ServiceName, readonly ServiceProcess[]>>,
    /** Of the gateways. */
    readonly urls: readonly string[],
  ) {}

  static async of({ root, count = 2, settings }: ServiceClusterOptions): Promise<ServiceCluster> {
    const urls: string[] = [];
    const make = async (service: ServiceName): Promise<ServiceProcess> => {
      const [port, metricsPort] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${service === 'gateway' ? port : metricsPort}`;
      if (service === 'gateway') urls.push(url);
      const env = { ...settings(service), PORT: String(port), METRICS_PORT: String(metricsPort) };
      const script = join(root, 'apps', service, 'dist/main.js');
      return new ServiceProcess({ name: service, script, env, readyUrl: `${url}/readyz` });
    };
    const several = async (service: ServiceName): Promise<ServiceProcess[]> => {
      const processes: ServiceProcess[] = [];
      for (let nth = 0; nth < count; nth += 1) processes.push(await make(service));
      return processes;
    };
    const services: Record<ServiceName, ServiceProcess[]> = {
      gateway: await several('gateway'),
      orchestrator: await several('orchestrator'),
      'agent-node': await several('agent-node'),
      'rag-indexer': await several('rag-indexer'),
    };
    return new ServiceCluster(services, urls);
  }

  get processes(): readonly ServiceProcess[] {
    return serviceNames.flatMap((name) => this.services[name]);
  }

  /** Rejects once one of them has ended though nobody ended it. */
  get failure(): Promise<never> {
    return Promise.race(this.processes.map(({ failure }) => failure));
  }

  /** Resolves when all do their work. */
  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
  }

  /** Politely, all at once. Answers their exit codes. */
  stop(): Promise<(number | null)[]> {
    return Promise.all(this.processes.map((process) => process.end('SIGTERM')));
  }

  async kill(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.end('SIGKILL')));
  }
}
