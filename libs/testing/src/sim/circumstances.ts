/**
 * What a world is like, whatever goes wrong in it: drawn per seed, so that most worlds are ordinary and small, and each hardship has some worlds of its own.
 * Unlike a fault it does not stop: what is promised once faults are over is promised here too.
 */
import { limits } from '@waybill/contracts';
import type { OrchestratorConfig } from '@waybill/orchestrator';
import type { SeededRandom } from './seeded-random.ts';
import { agents, ordinary, type Habits } from './workload.ts';

/** A command that the core cannot decide, whenever it is tried. */
type PoisonedCommand = 'SubmitTask' | 'DispatchStep' | 'ApplyResult' | 'WakeUp';

export interface Circumstances {
  readonly config: OrchestratorConfig;
  readonly habits: Habits;
  /** A task may take as long as its own time-outs allow, one after another. */
  readonly isSlow: boolean;
  /** Nobody takes what is in its queue. */
  readonly deadAgent: string | undefined;
  /** How far the gateway's clock is ahead. */
  readonly gatewayAheadMs: number;
  /** How much longer than others the way to the database is. */
  readonly storeMs: number;
  /** How often an outcome takes long to decide, as long as there are faults. */
  readonly slowOutcomes: number;
  /** The longest record that the log takes, in characters. */
  readonly recordChars: number;
  /** How many tasks have a poisonous command, and which. */
  readonly poisoned: { readonly share: number; readonly command: PoisonedCommand };
}

const second = 1_000;

/** Whoever waits for an agent here waits long. */
const patient: Habits = {
  tasks: [3, 20],
  steps: 4,
  attempts: 2,
  timeoutMs: [500, 60 * second],
  deadlines: 0.6,
  deadlineMs: [50, 180 * second],
};

const crowded: Habits = { ...ordinary, tasks: [13, 60], steps: 2, deadlines: 0.5, deadlineMs: [50, 60 * second] };

type Sort = 'ordinary' | 'patient' | 'crowded' | 'far';

const habitsOf: Record<Sort, Habits> = { ordinary, patient, crowded, far: ordinary };

export function drawCircumstances(random: SeededRandom): Circumstances {
  const sort = drawSort(random);
  const deadAgent = random.chance(sort === 'patient' ? 0.6 : 0.03) ? random.pick(Object.keys(agents)) : undefined;
  return {
    config: drawConfig(random, sort),
    habits: habitsOf[sort],
    isSlow: sort === 'patient' || deadAgent !== undefined,
    deadAgent,
    gatewayAheadMs: random.chance(0.1) ? 5 * second * 1_500 ** random.next() : random.int(-30, 30), // up to two hours
    storeMs: sort === 'far' ? random.between(30, 60) : 0,
    slowOutcomes: random.chance(0.08) ? random.between(0.5, 1) : 0,
    recordChars: random.chance(0.04) ? random.int(1_500, 4_000) : limits.recordBytes,
    poisoned: {
      share: random.chance(0.08) ? random.between(0.1, 0.4) : 0,
      command: random.pick(['SubmitTask', 'DispatchStep', 'ApplyResult', 'WakeUp']),
    },
  };
}

function drawSort(random: SeededRandom): Sort {
  const value = random.next();
  if (value < 0.15) return 'patient';
  if (value < 0.19) return 'crowded';
  return value < 0.22 ? 'far' : 'ordinary';
}

function drawConfig(random: SeededRandom, sort: Sort): OrchestratorConfig {
  const isShort = sort !== 'ordinary' || random.chance(0.2);
  return {
    plansInMemory: random.pick(sort === 'far' ? [1, 2] : [1, 2, 3, 10_000]),
    openActivations: random.pick(isShort ? [1, 1, 2, 3] : [1, 3, 10_000]),
    snapshotEvery: random.pick([1, 1, 4, 200]),
  };
}
