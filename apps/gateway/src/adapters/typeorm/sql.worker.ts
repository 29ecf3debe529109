/** A thread with a connection of its own. What it is sent is a transaction, in parts: all of its statements, or none. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadRequest, ThreadSettings } from './sql-thread.ts';

const { path, pragmas } = workerData as ThreadSettings;
const db = new DatabaseSync(path, { timeout: 5_000 });
db.exec(pragmas);
const begin = db.prepare('BEGIN IMMEDIATE');
const commit = db.prepare('COMMIT');
const texts: string[] = [];
const prepared: StatementSync[] = [];
let changes: number[] = [];
/** Of the transaction that runs: its other parts are passed over. */
let failure: string | undefined;

const statementOf = (number: number): StatementSync => (prepared[number] ??= db.prepare(texts[number]!));

function run({ added, statements, isLast }: ThreadRequest): void {
  texts.push(...added);
  if (failure !== undefined) return;
  try {
    if (!db.isTransaction) begin.run();
    for (const [number, params] of statements) changes.push(Number(statementOf(number).run(...params).changes));
    if (isLast) commit.run();
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

parentPort?.on('message', (request: ThreadRequest) => {
  run(request);
  if (!request.isLast) return;
  const answer: ThreadAnswer = failure === undefined ? { changes } : { error: failure };
  changes = [];
  failure = undefined;
  parentPort?.postMessage(answer);
});
