/**
 * A plan as text. A snapshot holds all of it, the agenda included; a digest holds in canonical form what events alone decide,
 * so that a fold of all events and the live state have the same.
 */
import { canonicalJson, type Json, type JournalEntry, type PlannedStep } from '@waybill/contracts';
import { schedule } from './agenda.ts';
import type {
  EndedPlan,
  AcceptedPlan,
  EmptyPlan,
  Ledger,
  OpenCall,
  Plan,
  Progress,
  RunningPlan,
  Step,
  TaskFacts,
} from './plan.ts';
import { startPlan } from './start-plan.ts';

type Waiting = Extract<Progress, { status: 'waiting' }>;
type ProgressImage =
  | Exclude<Progress, Waiting>
  | (Omit<Waiting, 'calls'> & { readonly calls: readonly (OpenCall & { ordinal: number })[] });

interface StepImage {
  readonly planned: PlannedStep;
  readonly progress: ProgressImage;
  readonly epoch: number;
  readonly turn: number;
  readonly ordinal: number;
  readonly journal: readonly JournalEntry[];
}

interface RunningImage {
  readonly status: 'running';
  readonly planner: 'rules' | 'definition';
  readonly task: TaskFacts;
  readonly output: Json;
  readonly ledger: Ledger;
  readonly steps: readonly StepImage[];
}
type Image = EmptyPlan | AcceptedPlan | EndedPlan | RunningImage;
type Snapshot = { readonly plan: Image; readonly ready?: readonly string[] };

export function snapshotOf(plan: Plan): string {
  const image: Snapshot = { plan: imageOf(plan) };
  return JSON.stringify(plan.status === 'running' ? { ...image, ready: [...plan.agenda.ready] } : image);
}

/** The text must be a snapshot of this core's version. */
export function restorePlan(text: string): Plan {
  const { plan, ready } = JSON.parse(text) as Snapshot;
  return plan.status === 'running' ? restoreRunning(plan, ready ?? []) : plan;
}

/** The caller hashes it. Equal states of equal core versions have equal text, whether live, folded or restored. */
export const digestOf = (plan: Plan): string => canonicalJson(JSON.parse(JSON.stringify(imageOf(plan))) as Json);

function imageOf(plan: Plan): Image {
  if (plan.status !== 'running') return plan;
  const { task, output, ledger, steps } = plan;
  const planner = plan.input === task.input ? 'definition' : 'rules';
  return { status: 'running', planner, task, output, ledger, steps: [...steps.values()].map(stepImage) };
}

function stepImage({ planned, progress, epoch, turn, ordinal, journal }: Step): StepImage {
  if (progress.status !== 'waiting') return { planned, progress, epoch, turn, ordinal, journal };
  const calls = [...progress.calls].map(([each, open]) => ({ ordinal: each, ...open }));
  return { planned, progress: { ...progress, calls }, epoch, turn, ordinal, journal };
}

function restoreRunning(image: RunningImage, ready: readonly string[]): RunningPlan {
  const created = { planner: image.planner, steps: image.steps.map((step) => step.planned), output: image.output };
  const plan = startPlan(image.task, created);
  Object.assign(plan.ledger, image.ledger);
  plan.agenda.ready.clear();
  for (const id of ready) plan.agenda.ready.add(id);
  for (const { planned, progress, ...rest } of image.steps) {
    const step = plan.steps.get(planned.step_id)!;
    Object.assign(step, rest, { progress: restoreProgress(progress) });
    restorePlace(plan, step);
  }
  return plan;
}

function restoreProgress(image: ProgressImage): Progress {
  if (image.status !== 'waiting') return image;
  return { ...image, calls: new Map(image.calls.map(({ ordinal, ...open }) => [ordinal, open])) };
}

function restorePlace(plan: RunningPlan, step: Step): void {
  const { status } = step.progress;
  if (status === 'running' || status === 'waiting') plan.open += 1;
  if ('due_at' in step.progress && !plan.agenda.ready.has(step.planned.step_id)) schedule(plan, step);
  if (status !== 'completed') return;
  plan.left -= 1;
  for (const next of step.neededBy) next.missing -= 1;
}
