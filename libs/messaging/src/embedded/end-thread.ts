/** Ends a thread of the platform. Its connection to a file is sound however it ends, so nobody waits for one that does not (nodejs/node#54918). */
import type { Worker } from 'node:worker_threads';

const patienceMs = 2_000;

/** Resolves when it has ended, and after two seconds at the latest. */
export async function endThread(worker: Worker, ms = patienceMs): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([worker.terminate(), late.promise]);
  clearTimeout(timer);
  worker.unref();
}
