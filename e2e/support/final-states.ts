/** What a task has come to, as its events alone tell it, in a form in which equal things are equal text. */
import { createHash } from 'node:crypto';
import { canonicalJson, PlanEvent, type Json, type Verdict } from '@waybill/contracts';
import type { PlanStore } from '@waybill/storage';
import { coreVersion, digestOf, emptyPlan, evolve, restorePlan, type Plan } from '@waybill/workflow';
import type { PlayedTask } from './played-task.ts';

export interface FinalState {
  /** Of the plan as it stood before its terminal event (every step's progress, attempts, journal, output; the ledger), and after it. */
  readonly digests: readonly [before: string, after: string];
  /** The terminal event, its time included. */
  readonly end: string;
  /** The events of the task itself and of each of its steps, by step: everything of each but its place among the events of other steps. */
  readonly events: Readonly<Record<string, readonly string[]>>;
  /** The answer to the command that cancels it. */
  readonly verdict: Verdict | undefined;
}

export function finalStateOf({ events, verdict }: PlayedTask): FinalState {
  const plan = events.slice(0, -1).reduce(evolve, emptyPlan());
  const before = digest(plan);
  return {
    digests: [before, digest(evolve(plan, events.at(-1)!))],
    end: textOf(events.at(-1)!),
    events: Object.fromEntries(
      [...Map.groupBy(events, stepOf)].map(([step, those]) => [step, those.map(textOf).toSorted()]),
    ),
    verdict,
  };
}

/** Of the task's events among each other. */
export const orderOf = ({ events }: PlayedTask): string =>
  events.map((event) => `${stepOf(event)} ${event.type}`).join();

/** Digests of what the store answers for these plans. */
export async function storedDigests(store: PlanStore, planIds: readonly string[]): Promise<Record<string, string>> {
  const stored = await store.load(planIds, coreVersion);
  const digests = [...stored].map(([planId, { snapshot, events }]) => {
    const start = snapshot ? restorePlan(snapshot.state) : emptyPlan();
    return [planId, digest(events.map(({ value }) => PlanEvent.parse(JSON.parse(value))).reduce(evolve, start))];
  });
  return Object.fromEntries(digests) as Record<string, string>;
}

const digest = (plan: Plan): string => createHash('sha256').update(digestOf(plan)).digest('hex');
const stepOf = ({ type, data }: PlanEvent): string =>
  type !== 'TaskFailed' && 'step_id' in data ? data.step_id! : 'task';
const textOf = ({ type, time, data }: PlanEvent): string => canonicalJson({ type, time, data } as Json);
