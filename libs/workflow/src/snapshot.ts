/**
 * A plan as text. A snapshot holds all of it, the order of its agenda included; a digest holds in canonical form what events alone decide,
 * so that a fold of all events and the live state have the same.
 */
import { canonicalJson, type Json, type JournalEntry, type PlannedStep } from '@waybill/contracts';
import { proceed } from './agenda.ts';
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
/** `order`: ids of the steps that are ready or due, as the agenda has them. */
type Snapshot = { readonly plan: Image; readonly order?: readonly string[] };

export function snapshotOf(plan: Plan): string {
  const image: Snapshot = { plan: imageOf(plan) };
  return JSON.stringify(plan.status === 'running' ? { ...image, order: agendaOrder(plan) } : image);
}

/** The text must be a snapshot of this core's version. */
export function restorePlan(text: string): Plan {
  const { plan, order = [] } = JSON.parse(text) as Snapshot;
  return plan.status === 'running' ? restoreRunning(plan, order) : plan;
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

function restoreRunning(image: RunningImage, order: readonly string[]): RunningPlan {
  const created = { planner: image.planner, steps: image.steps.map((step) => step.planned), output: image.output };
  const plan = startPlan(image.task, created);
  Object.assign(plan.ledger, image.ledger);
  for (const { planned, progress, ...rest } of image.steps) {
    const step = Object.assign(plan.steps.get(planned.step_id)!, rest);
    proceed(plan, step, restoreProgress(progress));
    recount(plan, step);
  }
  for (const id of order) {
    const step = plan.steps.get(id)!;
    proceed(plan, step, step.progress); // leaves its place and enters behind those before it
  }
  return plan;
}

const agendaOrder = ({ agenda: { ready, retries, deadlines } }: RunningPlan): string[] => [
  ...ready,
  ...[...retries.by(Infinity), ...deadlines.by(Infinity)].map(({ planned }) => planned.step_id),
];

function restoreProgress(image: ProgressImage): Progress {
  if (image.status !== 'waiting') return image;
  return { ...image, calls: new Map(image.calls.map(({ ordinal, ...open }) => [ordinal, open])) };
}

function recount(plan: RunningPlan, step: Step): void {
  const { status } = step.progress;
  if (status === 'running' || status === 'waiting') plan.open += 1;
  if (status !== 'completed') return;
  plan.left -= 1;
  for (const next of step.neededBy) next.missing -= 1;
}
