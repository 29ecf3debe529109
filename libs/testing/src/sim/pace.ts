/** How long things take in a world: nobody holds a thread, and in the end everything comes to rest. */
import type { Watch } from './invariants/watch.ts';
import type { Timeline } from './sim-clock.ts';

/** Rest has to come within so much time beyond what slow tasks may take, and so many happenings. */
const restWithinMs = 240_000;
const mostSteps = 300_000;
/** Two slices of 50 ms, each with a slow decision that begins just before its end, and some looks at a slow clock. */
const holdMs = 500;

export class Pace {
  constructor(
    private readonly timeline: Timeline,
    private readonly watch: Watch,
  ) {}

  /** `excusedMs`: so much longer than usual rest may be in coming. */
  check(faultyMs: number, excusedMs: number): void {
    const { elapsedMs, steps, longestMs } = this.timeline;
    if (longestMs > holdMs) {
      const detail = `It was held for ${longestMs.toFixed(0)} ms until ${elapsedMs.toFixed(0)} ms`;
      this.watch.report('Nobody holds a thread for long, however long decisions take.', { detail });
    }
    if (elapsedMs >= faultyMs + restWithinMs + excusedMs || steps >= mostSteps) this.reportRestless(faultyMs);
  }

  private reportRestless(faultyMs: number): void {
    const { elapsedMs, steps } = this.timeline;
    const detail = `${(elapsedMs - faultyMs).toFixed(0)} ms and ${steps} steps later something still happens`;
    const [planId] = [...this.watch.logs.plans.keys()].filter((id) => !this.watch.logs.endOf(id));
    this.watch.report(
      'After faults have stopped everything comes to rest.',
      planId === undefined ? { detail } : { detail, planId },
    );
  }
}
