/**
 * One service in a process of its own, as an operator starts it: for tests that kill, freeze and start it again.
 * Promise: only processes that it started are signalled; one that ends before it is ready is an error with what it printed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ServiceProcessOptions {
  readonly name: string;
  /** JavaScript to run. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 once the service does its work. */
  readonly readyUrl: string;
}

export class ServiceProcess {
  private child: ChildProcess | undefined;
  private printed = '';

  constructor(private readonly options: ServiceProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it has written, over all its starts. */
  get output(): string {
    return this.printed;
  }

  async start(): Promise<void> {
    const { script, env, readyUrl } = this.options;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', script],
      {
        env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    while (!(await isAnswered(readyUrl))) {
      if (!this.isRunning) throw new Error(`${this.name} ended before it was ready:\n${this.printed}`);
      await new Promise((resolve) => setTimeout(resolve, 20)); // polling: there is nothing to subscribe to before it listens
    }
  }

  /** Resolves with the exit code (null after a kill) once the process is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  wake(): void {
    this.child?.kill('SIGCONT');
  }
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
