/**
 * A clock that stands still until it is moved. Whoever waits is called back when the time has come here, or as soon as so long has passed outside:
 * so nothing is decided at another time than the test says, and what waits for the world (a back-off, a hint to commit) still goes on.
 */
import type { Clock } from '@waybill/messaging';

/** The longest that Node waits. */
const longestMs = 2 ** 31 - 1;

export class StandingClock implements Clock {
  private readonly waiting = new Map<() => void, number>();

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const cancel = (): void => {
      clearTimeout(outside);
      this.waiting.delete(fire);
    };
    const fire = (): void => {
      cancel();
      callback();
    };
    const outside = setTimeout(fire, Math.min(ms, longestMs));
    this.waiting.set(fire, this.time + ms);
    return cancel;
  }

  moveTo(time: number): void {
    this.time = time;
    for (const [fire, at] of this.waiting) if (at <= time) fire();
  }
}
