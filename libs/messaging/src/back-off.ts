/** How long to wait after failures in a row: doubled each time, the latter half of it at random, so that those who failed together do not come back together. */
export interface BackOffTimes {
  readonly firstMs: number;
  readonly mostMs: number;
}
export const usualBackOff: BackOffTimes = { firstMs: 100, mostMs: 10_000 };

export function backOffMs({ firstMs, mostMs }: BackOffTimes, failures: number): number {
  const most = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return most / 2 + (Math.random() * most) / 2;
}

/** A wait that can be cut short. */
export class Pause {
  #timer: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }

  cut(): void {
    clearTimeout(this.#timer);
    this.#end?.();
  }
}

/** Waits of several at once, which are cut short together. */
export class Pauses {
  readonly #all = new Set<Pause>();

  async wait(ms: number): Promise<void> {
    const pause = new Pause();
    this.#all.add(pause);
    await pause.wait(ms);
    this.#all.delete(pause);
  }

  cut(): void {
    for (const pause of this.#all) pause.cut();
  }
}
