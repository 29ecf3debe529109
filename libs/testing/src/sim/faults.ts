/**
 * What goes wrong, and how often: each kind has a probability of its own, drawn per seed, so that some seeds are calm and some cruel.
 * Promise: every fault that was injected is counted; after `stop` nothing goes wrong any more.
 */
import type { SeededRandom } from './seeded-random.ts';

/** Probability of each kind in a seed that draws it fully, per occasion. */
const most = {
  crash: 0.15,
  freeze: 0.25,
  'slow process': 0.15,
  'believed dead': 0.12,
  'polite restart': 0.12,
  'machine sleeps': 0.1,
  'clock put back': 0.1,
  'clock put forward': 0.06,
  'clock set during a decision': 0.015,
  'request of a dead process': 0,
  'slow call': 0.05,
  'slow decision': 0.03,
  'slow outcome': 0,
  'poisonous command': 0,
  'record too large': 0,
  'commit fails': 0.15,
  'commit unknown, kept': 0.12,
  'commit unknown, lost': 0.12,
  'commit unknown, late': 0.12,
  'database read fails': 0.06,
  'publishing gives up': 0.08,
  'publishing of a prefix': 0.08,
  'append without answer': 0.08,
  'duplicated record': 0.1,
  'late duplicate of a record': 0.05,
  redelivery: 0.15,
  'delayed delivery': 0.1,
  'position lost': 0.3,
  'record nobody can read': 0.3,
  'repeated submission': 0.4,
  'result sent twice': 0.15,
  'second answer': 0.1,
  'late result': 0.06,
  'transient failure': 0.15,
  'permanent failure': 0.03,
  'no answer': 0.06,
  'agent throws': 0.05,
  'search fails': 0.1,
} as const;

export type FaultKind = keyof typeof most;
export const faultKinds = Object.keys(most) as FaultKind[];

/** They change all times of a world, so that most worlds are without them. */
const rare: ReadonlySet<FaultKind> = new Set(['clock put back', 'clock put forward', 'clock set during a decision']);

export class Faults {
  readonly counts = new Map<FaultKind, number>();
  private readonly probability = new Map<FaultKind, number>();
  private isOver = false;

  constructor(private readonly random: SeededRandom) {
    const temper = random.next();
    const cruelty = temper < 0.15 ? 0 : temper < 0.3 ? 1 : random.between(0.2, 1);
    for (const kind of faultKinds) {
      const isDrawn = random.chance(rare.has(kind) ? 0.2 : temper < 0.3 ? 1 : 0.6);
      this.probability.set(kind, isDrawn ? most[kind] * cruelty * random.between(0.3, 1) : 0);
    }
  }

  /** Whether it happens now; if so it is counted. */
  hits(kind: FaultKind): boolean {
    return !this.isOver && this.count(kind, this.random.chance(this.probability.get(kind)!));
  }

  /** For what follows from another fault. */
  count(kind: FaultKind, happens: boolean): boolean {
    if (happens) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return happens;
  }

  get areOver(): boolean {
    return this.isOver;
  }

  stop(): void {
    this.isOver = true;
  }
}
