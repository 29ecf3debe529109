/** Runs checkpoints beside the event loop. Started when it is first asked, since most short runs never need it. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { endThread } from './end-thread.ts';

/** The same file, as source or built. */
const script = new URL(`./checkpoint.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

type NewThread = (file: string) => Worker;
const openThread: NewThread = (file) =>
  new Worker(script, { workerData: file, execArgv: ['--disable-warning=ExperimentalWarning'] });

export class CheckpointThread {
  readonly #file: string;
  readonly #newThread: NewThread;
  #worker: Worker | undefined;
  #done: (() => void) | undefined;

  constructor(file: string, newThread: NewThread = openThread) {
    this.#file = file;
    this.#newThread = newThread;
  }

  get isRunning(): boolean {
    return this.#done !== undefined;
  }

  /** `done` is called when the checkpoint ended, well or not; at once where the system has no thread to give. */
  run(done: () => void): void {
    this.#done = done;
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage('checkpoint');
    } catch {
      this.#ended();
    }
  }

  /** Resolves when its connection is closed. */
  async close(): Promise<void> {
    this.#done = undefined;
    if (this.#worker) await endThread(this.#worker);
  }

  #start(): Worker {
    const worker = this.#newThread(this.#file);
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
