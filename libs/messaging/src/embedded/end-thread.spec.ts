import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { endThread } from './end-thread.ts';

it('ends a thread', async () => {
  const worker = new Worker('setInterval(() => {}, 1_000)', { eval: true });
  let isOver = false;
  worker.on('exit', () => (isOver = true));
  await endThread(worker, 60_000);
  expect(isOver).toBe(true);
});

it('does not wait for one that does not end', async () => {
  const stuck = { terminate: () => new Promise<number>(() => undefined), unref: () => undefined };
  await endThread(stuck as unknown as Worker, 1);
});
