/** The simulator's workload of a seed, made fit to be played twice with equal times. */
import type { SubmitTask } from '@waybill/contracts';
import { partitionOf } from '@waybill/messaging';
import { planTasks, SeededRandom, type PlannedTask } from '@waybill/testing';

export interface ScheduledTask {
  readonly request: SubmitTask;
  readonly submitAt: number;
  readonly cancelAt: number | undefined;
}

/** The orchestrator looks at plans at whole multiples of so many ms. */
export const wakeUpGridMs = 20;
/** What clients and agents do, they do at whole multiples of it: so many things happen at once. */
const gridMs = 100;
/** For how long tasks come in. */
const overMs = 1_000;
/** By then they are long over. */
const lastAfterMs = 600_000;
/** Of the stage that has most. */
const partitions = 4;
const lastIds = (seed: number): string[] => Array.from({ length: partitions }, (_, nth) => `last-${nth}-of-${seed}`);

export const nextOn = (grid: number, at: number): number => Math.ceil(at / grid) * grid;
export const onGrid = (at: number): number => nextOn(gridMs, at);

export function workloadOf(seed: number, startsAt: number, idSuffix: string): ScheduledTask[] {
  const tasks = planTasks(new SeededRandom(seed), startsAt, overMs);
  return [...tasks, ...lastTasks(seed, tasks[0]!.request)].map(({ request, submitAfterMs, cancelAfterMs }) => ({
    request: { ...request, task_id: request.task_id + idSuffix, ...withDistinctTimeouts(request) },
    submitAt: onGrid(startsAt + submitAfterMs),
    cancelAt: cancelAfterMs === undefined ? undefined : onGrid(startsAt + Math.max(0, cancelAfterMs)),
  }));
}

/** For task ids: of this run, because the servers may know the tasks of another; with it each partition has one of the last tasks. */
export function freshIdSuffix(seed: number): string {
  for (let time = Date.now(); ; time += 1) {
    const suffix = `-${time.toString(36)}`;
    if (new Set(lastIds(seed).map((id) => partitionOf(id + suffix, partitions))).size === partitions) return suffix;
  }
}

/** One of one step on each partition: when it has ended, all answers to the other tasks were read, those too that must change nothing. */
function lastTasks(seed: number, { definition, deadline_at: _, ...request }: SubmitTask): PlannedTask[] {
  const step = { ...definition!.steps[0]!, retry: { ...definition!.steps[0]!.retry, max_attempts: 9 } };
  return lastIds(seed).map((task_id) => ({
    request: { ...request, task_id, budget: {}, definition: { ...definition!, steps: [step], output: {} } },
    submitAfterMs: lastAfterMs,
  }));
}

/**
 * No two steps of a task are due at the same time: those that are share out jitter in the order of their dispatch, which chance decides where
 * two steps have become ready at once.
 */
function withDistinctTimeouts({ definition }: SubmitTask): Pick<SubmitTask, 'definition'> {
  const steps = definition!.steps.map((step, index) => ({
    ...step,
    timeout_ms: nextOn(wakeUpGridMs, step.timeout_ms) + index + 1,
  }));
  return { definition: { ...definition!, steps } };
}
