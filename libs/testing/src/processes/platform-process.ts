/** The whole platform in a process of its own, embedded, as a user starts it. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ServiceProcess } from './service-process.ts';

export interface PlatformProcessOptions {
  /** JavaScript to run, with its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly dataDir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class PlatformProcess {
  readonly url: string;
  private readonly process: ServiceProcess;

  constructor({ script, args = [], dataDir, port, env }: PlatformProcessOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.process = new ServiceProcess({
      name: 'The platform',
      script,
      args,
      env: { AGENTIC_NO_LLM: '1', PORT: String(port), WAYBILL_DATA_DIR: dataDir, ...env },
      readyUrl: `${this.url}/readyz`,
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  get output(): string {
    return this.process.output;
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  /** Resolves when the page answers 200. Answers how long that took, in ms. */
  start(page: '/readyz' | '/healthz' = '/readyz'): Promise<number> {
    return this.process.start(this.url + page);
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    return this.process.end(signal);
  }
}

/** Below those that the system gives to whoever connects: one of them could be taken between the look and the start. */
const firstPort = 12_000;
const lastPort = 29_999;

/** Test runners beside each other choose from ports of their own; more of them than that may meet. */
const runners = 8;
const runner = Number(process.env['VITEST_POOL_ID'] ?? 0) % runners;
const given = new Set<number>();

/** A port that was free a moment ago; another one each time, for nobody may listen yet on those before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = runners * randomInt(Math.ceil(firstPort / runners), Math.floor(lastPort / runners)) + runner;
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
