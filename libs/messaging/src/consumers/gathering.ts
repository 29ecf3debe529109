/**
 * The rest between two batches, in which more gathers for the next one.
 * Promise: nobody who is in a hurry waits for it, whether he came before it began or while it lasts.
 */
import type { Clock } from '../clock.ts';
import { wait, type Wait } from './backoff.ts';

export interface GatheringOptions {
  readonly clock: Clock;
  /** 0: never. */
  readonly gatherMs: number;
}

export class Gathering {
  #resting: Wait | undefined;
  #hurried = 0;

  constructor(private readonly options: GatheringOptions) {}

  async rest(): Promise<void> {
    const { clock, gatherMs } = this.options;
    if (gatherMs === 0 || this.#hurried > 0) return;
    this.#resting = wait(clock, gatherMs);
    await this.#resting.over;
    this.#resting = undefined;
  }

  /** Ends the rest that lasts; the next is as long as ever. */
  cut(): void {
    this.#resting?.cancel();
  }

  /** No rest until what is answered is called, once. */
  hurry(): () => void {
    this.#hurried += 1;
    this.cut();
    return () => {
      this.#hurried -= 1;
    };
  }
}
