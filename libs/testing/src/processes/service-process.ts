/**
 * A program in a process of its own, as an operator starts it: for tests and benchmarks that kill, freeze and start it again.
 * Promise: only processes that it started are signalled; one that ends before it is ready is an error with what it printed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ServiceProcessOptions {
  readonly name: string;
  /** JavaScript to run, with its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 once it does its work. */
  readonly readyUrl: string;
}

const mostOfItsWords = 1_000;
/** What is chosen on purpose would stand in what a test reads. */
const quiet = '--disable-warning=ExperimentalWarning';

export class ServiceProcess {
  private child: ChildProcess | undefined;
  private printed = '';
  private readonly signalled = new WeakSet<ChildProcess>();
  private readonly death = Promise.withResolvers<never>();

  constructor(private readonly program: ServiceProcessOptions) {
    this.death.promise.catch(() => {}); // for whoever looks
  }

  get name(): string {
    return this.program.name;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it has written to stdout and stderr, over all its starts. */
  get output(): string {
    return this.printed;
  }

  /** Rejects, with what it printed last, once the process has ended though nobody ended it. */
  get failure(): Promise<never> {
    return this.death.promise;
  }

  /** Resolves when the address answers 200; rejects when the process ends before. Answers how long that took, in ms. */
  async start(readyUrl = this.program.readyUrl): Promise<number> {
    const startedAt = performance.now();
    this.spawn();
    for (;;) {
      const isReady = await isAnswered(readyUrl);
      // Somebody else may answer there.
      if (!this.isRunning) throw new Error(`${this.name} ended before ${readyUrl} was answered:\n${this.printed}`);
      if (isReady) break;
      await new Promise((resolve) => setTimeout(resolve, 5)); // polling: there is nothing to subscribe to before it listens
    }
    return performance.now() - startedAt;
  }

  /** Sends the signal and resolves with the exit code (null after a kill) once the process is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    this.signalled.add(child);
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

  private spawn(): void {
    const { script, args = [], env } = this.program;
    const child = spawn(process.execPath, [quiet, script, ...args], {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    // Then all that it has printed is here.
    child.once('close', (code, signal) => {
      if (this.signalled.has(child)) return;
      const how = `${this.name} has ended by itself (${code ?? signal})`;
      this.death.reject(new Error(`${how}:\n${this.printed.slice(-mostOfItsWords)}`));
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
  }
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
