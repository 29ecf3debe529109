/** A thread with a connection of its own: copies the write-ahead log into the file whenever it is asked, and says when it has. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const db = new DatabaseSync(workerData as string);
db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', () => {
  checkpoint.get();
  parentPort?.postMessage('done');
});
