/**
 * A process that can lose its memory, freeze and be slow. Everything that reaches the code in it goes through `enter`.
 * Promises: nothing of a life runs after its end; nothing of a frozen life runs before it thaws, then what has waited runs piece by piece.
 */
import type { Clock } from '@waybill/messaging';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './sim-clock.ts';

export interface Surroundings {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly history: History;
}

/** What a process runs on, and outlives it. */
export interface Machine {
  /** How far its clock is ahead. */
  aheadMs: number;
  /** How far it was set in all, back and forward: so much longer something may wait. */
  setByMs: number;
}

/** From a start to a crash: what product code holds belongs to one life. */
export class Life {
  isDead = false;
  /** When it froze. */
  frozenAt: number | undefined;
  /** How many times longer everything takes. */
  slowness = 1;
  readonly clock: Clock;
  private held: (() => void)[] = [];
  /** How to call off each timer that runs. */
  private readonly timers = new Set<() => void>();
  private isAsleep = false;
  /** In all: timers stand still meanwhile. */
  private sleptMs = 0;

  constructor(
    readonly name: string,
    readonly world: Surroundings,
    readonly random: SeededRandom,
    readonly machine: Machine,
  ) {
    this.clock = {
      now: () => Math.floor(world.timeline.now + machine.aheadMs),
      after: (ms, callback) => this.after(ms * Math.min(this.slowness, 1.5), callback),
    };
  }

  get isUp(): boolean {
    return !this.isDead && this.frozenAt === undefined;
  }

  enter(work: () => void): void {
    if (this.isDead) return;
    if (this.frozenAt === undefined) work();
    else this.held.push(work);
  }

  freeze(): void {
    this.frozenAt = this.world.timeline.now;
  }

  /** As `freeze`, with the whole machine. */
  sleep(): void {
    this.freeze();
    this.isAsleep = true;
  }

  /** Timers and answers that came meanwhile are all there at once; which of them is seen first is chance. */
  thaw(): void {
    if (this.isAsleep) this.sleptMs += this.world.timeline.now - this.frozenAt!;
    this.isAsleep = false;
    this.frozenAt = undefined;
    const { held } = this;
    this.held = [];
    for (const work of held) this.world.timeline.after(this.random.between(0, 3), () => this.enter(work));
  }

  end(): void {
    this.isDead = true;
    this.held = [];
    for (const callOff of this.timers) callOff();
  }

  /** A piece of the way to another machine. */
  latencyMs(): number {
    const { faults } = this.world;
    const slow = faults.hits('slow call') ? this.random.between(50, 400) : 0;
    return (this.random.between(0.1, 1.5) + slow) * this.slowness;
  }

  /** Asks another machine, which is so much farther away than others. A request that is under way when the life ends may still arrive; its answer does not. */
  call<T>(serve: () => T, fartherMs = 0): Promise<T> {
    const { timeline, faults } = this.world;
    return new Promise((resolve, reject) => {
      timeline.after(this.latencyMs() + fartherMs, () => {
        if (this.isDead && faults.count('request of a dead process', this.random.chance(0.5))) return;
        let answer: () => void;
        try {
          const value = serve();
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
        timeline.after(this.latencyMs() + fartherMs, () => this.enter(answer));
      });
    });
  }

  private after(ms: number, callback: () => void): () => void {
    let isCancelled = false;
    let forget = (): void => {};
    const begin = (leftMs: number): void => {
      const sleptBefore = this.sleptMs;
      const ring = (): void => {
        if (isCancelled) return;
        if (this.sleptMs > sleptBefore) begin(this.sleptMs - sleptBefore);
        else {
          this.timers.delete(callOff);
          callback();
        }
      };
      forget = this.world.timeline.after(leftMs, () => this.enter(ring));
    };
    const callOff = (): void => {
      isCancelled = true;
      forget();
      this.timers.delete(callOff);
    };
    this.timers.add(callOff);
    begin(ms);
    return callOff;
  }
}
