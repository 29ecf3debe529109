/**
 * Since when a world has nothing to excuse it: faults are over, and what they have left (a back-off, a hand-over, a clock that was set) had time to pass.
 * What is refused afterwards, and is bound to be tried again, begins that time anew.
 */
import type { Timeline } from './sim-clock.ts';
import type { Life } from './sim-process.ts';

/** Twice the longest back-off, and a hand-over. */
const recoveryMs = 25_000;
/** By then whatever was on its way has come. */
const commitsHoldMs = 60_000;

export class Calm {
  /** By the timeline. */
  private begins = Infinity;
  private faultsEnd = Infinity;
  private readonly lives = new Map<string, Life>();

  constructor(private readonly timeline: Timeline) {}

  /** Faults are over. */
  begin(): void {
    this.faultsEnd = this.timeline.now;
    this.begins = this.timeline.now + recoveryMs;
  }

  /** Whether nothing is left that could have a commit refused. */
  get commitsHold(): boolean {
    return this.timeline.now > this.faultsEnd + commitsHoldMs;
  }

  /** Something was refused. */
  disturb(): void {
    if (this.begins !== Infinity) this.begins = this.timeline.now + recoveryMs;
  }

  /** A process that may own partitions. */
  know(life: Life): void {
    this.lives.set(life.name, life);
  }

  get now(): number {
    return this.timeline.now;
  }

  /** What the process believes the time to be. */
  clockOf(process: string): number {
    return this.lives.get(process)!.clock.now();
  }

  /** How late it is for what was due at this time by the clock of the process, calm alone counted; negative before. */
  lateMs(process: string, dueAt: number): number {
    return Math.min(this.now - this.begins, this.clockOf(process) - dueAt);
  }
}
