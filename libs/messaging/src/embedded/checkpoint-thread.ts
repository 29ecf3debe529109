/** Runs checkpoints beside the event loop. Started when it is first asked, since most short runs never need it. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { endThread } from './end-thread.ts';

/** The same file, as source or built. */
const script = new URL(`./checkpoint.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

export class CheckpointThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #done: (() => void) | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  get isRunning(): boolean {
    return this.#done !== undefined;
  }

  /** `done` is called when the checkpoint ended, well or not. */
  run(done: () => void): void {
    this.#done = done;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    this.#done = undefined;
    if (this.#worker) await endThread(this.#worker);
  }

  #start(): Worker {
    const worker = new Worker(script, { workerData: this.#file, execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.unref();
    worker.on('message', () => this.#ended());
    // The next one starts another thread. It ends with an error, and without one when it is told to.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#ended();
    });
    return worker;
  }

  #ended(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}
