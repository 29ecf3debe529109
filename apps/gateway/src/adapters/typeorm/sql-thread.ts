/**
 * Transactions beside the event loop, in a thread with a connection of its own: rows, indexes and the copying of the write-ahead log, 100 ms at
 * times, keep no request waiting. Promises: transactions run in the order of the calls; who reads after one has resolved sees it.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { endThread } from '@waybill/messaging';
import type { SqlValue, Statement } from './sql-statement.ts';

export interface ThreadSettings {
  readonly path: string;
  readonly pragmas: string;
}

/** The text of a statement is sent once; then its number stands for it. */
type NumberedStatement = readonly [number: number, params: readonly SqlValue[]];

/** A part of a transaction. */
export interface ThreadRequest {
  readonly added: readonly string[];
  readonly statements: readonly NumberedStatement[];
  readonly isLast: boolean;
}
/** To a whole transaction. */
export type ThreadAnswer = { readonly changes: readonly number[] } | { readonly error: string };

/** The same file, as source or built. */
const script = new URL(`./sql.worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
/** What the thread holds at once, however large a transaction is; so its memory can be bounded. */
const partChars = 256 * 1024;
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 };

export class SqlThread {
  private worker: Worker | undefined;
  private readonly numbers = new Map<string, number>();
  private readonly running: PromiseWithResolvers<readonly number[]>[] = [];

  constructor(private readonly settings: ThreadSettings) {}

  transact(statements: readonly Statement[]): Promise<readonly number[]> {
    this.worker ??= this.start();
    const transaction = Promise.withResolvers<readonly number[]>();
    this.running.push(transaction);
    this.worker.ref();
    this.post(this.worker, statements);
    return transaction.promise;
  }

  /** Ends what runs first. */
  async close(): Promise<void> {
    await Promise.allSettled(this.running.map(({ promise }) => promise));
    if (this.worker) await endThread(this.worker);
  }

  private post(worker: Worker, statements: readonly Statement[]): void {
    let part: NumberedStatement[] = [];
    let added: string[] = [];
    let chars = 0;
    for (const { sql, params } of statements) {
      part.push([this.numberOf(sql, added), params]);
      for (const value of params) if (typeof value === 'string') chars += value.length;
      if (chars < partChars) continue;
      worker.postMessage({ added, statements: part, isLast: false } satisfies ThreadRequest);
      part = [];
      added = [];
      chars = 0;
    }
    worker.postMessage({ added, statements: part, isLast: true } satisfies ThreadRequest);
  }

  private numberOf(sql: string, added: string[]): number {
    let number = this.numbers.get(sql);
    if (number === undefined) {
      this.numbers.set(sql, (number = this.numbers.size));
      added.push(sql);
    }
    return number;
  }

  private start(): Worker {
    const worker = new Worker(script, {
      workerData: this.settings,
      resourceLimits,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    // What a thread that has died had still answered comes after its error, when its transactions are rejected and another may run.
    worker.on('message', (answer: ThreadAnswer) => {
      if (worker === this.worker) this.answered(answer);
    });
    // The next transaction starts another thread.
    worker.on('error', (error) => this.ended(error));
    worker.on('exit', (code) => {
      if (worker === this.worker) this.ended(new Error(`the thread ended with ${code}`));
    });
    return worker;
  }

  private answered(answer: ThreadAnswer): void {
    const transaction = this.running.shift();
    if (this.running.length === 0) this.worker?.unref();
    if ('changes' in answer) transaction?.resolve(answer.changes);
    else transaction?.reject(new Error(answer.error));
  }

  private ended(error: Error): void {
    this.worker = undefined;
    this.numbers.clear();
    for (const transaction of this.running.splice(0)) transaction.reject(error);
  }
}
