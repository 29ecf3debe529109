/**
 * The platform in a process of its own, as a user starts it: for end-to-end tests and benchmarks that kill and start it again.
 * Promises: only processes that it started are ended; a platform that ends before it is ready is an error with what it printed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface PlatformProcessOptions {
  /** JavaScript to run, with its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly dataDir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class PlatformProcess {
  private child: ChildProcess | undefined;
  private printed = '';

  constructor(private readonly options: PlatformProcessOptions) {}

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('The platform was not started');
    return this.child.pid;
  }

  /** What it has written to stdout and stderr, over all its starts. */
  get output(): string {
    return this.printed;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when the page answers 200; rejects when the process ends before. Answers how long that took, in ms. */
  async start(page: '/readyz' | '/healthz' = '/readyz'): Promise<number> {
    const startedAt = performance.now();
    this.spawn();
    while (!(await isAnswered(this.url + page))) {
      if (!this.isRunning) throw new Error(`The platform ended before ${page} was answered:\n${this.printed}`);
      await new Promise((resolve) => setTimeout(resolve, 5)); // polling: there is nothing to subscribe to before it listens
    }
    return performance.now() - startedAt;
  }

  /** Sends the signal and resolves with the exit code (null after a kill) once the process is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  private spawn(): void {
    const { script, args = [], dataDir, port, env } = this.options;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      env: {
        ...process.env,
        AGENTIC_NO_LLM: '1',
        NO_COLOR: '1',
        PORT: String(port),
        WAYBILL_DATA_DIR: dataDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
