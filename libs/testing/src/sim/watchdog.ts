/**
 * Code under test that never lets go of the processor cannot be stopped from inside. A thread beside it says which seed it was, and ends the process.
 */
import { Worker } from 'node:worker_threads';

const patienceMs = 60_000;

/** Of the thread: it may use nothing that needs the main one. */
const thread = `
  const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const view = new Float64Array(workerData.shared);
  let last = -1;
  setInterval(() => {
    if (view[0] !== last) return (last = view[0]);
    const again = 'npm run sim -- --seeds 1 --seed ' + view[1] + workerData.plant;
    writeSync(2, '\\nSeed ' + view[1] + ' never comes to an end: ' + again + '\\n');
    process.kill(process.pid, 'SIGTERM');
  }, workerData.patienceMs);
`;

export class Watchdog {
  private readonly view = new Float64Array(new SharedArrayBuffer(16));

  /** `plant`: what the command that repeats a seed ends with. */
  constructor(plant: string) {
    new Worker(thread, { eval: true, workerData: { shared: this.view.buffer, patienceMs, plant } }).unref();
  }

  begins(seed: number): void {
    this.view[0]! += 1;
    this.view[1] = seed;
  }
}
