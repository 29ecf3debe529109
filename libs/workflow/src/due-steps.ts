/**
 * Steps by the time at which something is due for them.
 * Promise: the earliest is known, and entering or leaving reads no other step and costs the same however many wait.
 */
export class DueSteps<Step> {
  private readonly stepsAt = new Map<number, Set<Step>>();
  /** Keys of the map in their order. A time for which nobody waits any more stays until it is the first. */
  private readonly times: number[] = [];

  /** Infinity: nothing is due ever. */
  get earliest(): number {
    return this.times[0] ?? Infinity;
  }

  /** The first of `by`. */
  firstBy(at: number): Step | undefined {
    if (this.earliest > at) return undefined;
    const [first] = this.stepsAt.get(this.earliest)!;
    return first;
  }

  /** Steps of which something is due by then: the earliest first, equal ones as they have entered. */
  by(at: number): Step[] {
    if (this.earliest > at) return [];
    return this.times.filter((time) => time <= at).flatMap((time) => [...this.stepsAt.get(time)!]);
  }

  enter(step: Step, at: number): void {
    const steps = this.stepsAt.get(at);
    if (steps) return void steps.add(step);
    this.stepsAt.set(at, new Set([step]));
    this.times.splice(placeOf(at, this.times), 0, at);
  }

  leave(step: Step, at: number): void {
    this.stepsAt.get(at)?.delete(step);
    while (this.stepsAt.get(this.earliest)?.size === 0) this.stepsAt.delete(this.times.shift()!);
  }
}

/** Mostly the last one: what is entered later is due later. */
function placeOf(time: number, times: readonly number[]): number {
  let low = 0;
  let high = times.length;
  if (high > 0 && time > times[high - 1]!) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
