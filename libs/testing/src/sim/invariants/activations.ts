/** Each step as the events show it: dispatched after its needs, in time and with what it has found, and each activation with one outcome. */
import type { PlanEvent, PlannedStep } from '@waybill/contracts';
import { activationName, type ActivationName } from '../answers.ts';
import type { Invariant } from './invariant.ts';

interface StepView {
  readonly planned: PlannedStep;
  /** The activation that an agent works on, or whose calls are waited for. */
  open: string | undefined;
  epoch: number;
  calls: Set<number>;
  /** What calls have found, by ordinal. */
  readonly found: Map<number, unknown>;
  /** ms since 1970: of a retry that was not dispatched yet. Its later turns may be dispatched by a clock that is behind. */
  notBefore: number;
  isCompleted: boolean;
}

type Steps = Map<string, StepView>;

export function activations(): Invariant {
  const plans = new Map<string, Steps>();
  const dispatched = new Set<string>();
  return {
    promise:
      'Each activation is dispatched once, after all needs of its step and when its time has come, with what its calls have found, and has at most one outcome, which names it.',
    onEvent(planId, event) {
      if (event.type === 'PlanCreated')
        plans.set(planId, new Map(event.data.steps.map((planned) => [planned.step_id, viewOf(planned)])));
      const steps: Steps = plans.get(planId) ?? new Map();
      if (event.type === 'TaskCompleted') return incomplete(steps);
      if (!('step_id' in event.data) || !('work_id' in event.data)) return undefined;
      const step = steps.get(event.data.step_id);
      if (step?.planned.work_id !== event.data.work_id)
        return `${event.type} names the unknown step ${event.data.step_id}`;
      return event.type === 'StepDispatched' ? dispatch(steps, step, event) : follow(step, event);
    },
  };

  function dispatch(steps: Steps, step: StepView, event: Dispatched): string | undefined {
    const name = activationName(event.data);
    if (dispatched.has(name)) return `Activation ${name} was dispatched twice`;
    dispatched.add(name);
    const missing = step.planned.needs.find((need) => !steps.get(need)?.isCompleted);
    if (missing !== undefined) return `${name} was dispatched before ${missing} had completed`;
    return early(step, event) ?? forgotten(step, event) ?? open(step, event.data);
  }
}

type Dispatched = Extract<PlanEvent, { type: 'StepDispatched' }>;

function early({ notBefore }: StepView, { time, data }: Dispatched): string | undefined {
  if (Date.parse(time) >= notBefore) return undefined;
  return `${activationName(data)} was dispatched at ${time}, before ${new Date(notBefore).toISOString()}`;
}

function forgotten({ found }: StepView, { data }: Dispatched): string | undefined {
  const told = JSON.stringify(data.journal.map(({ ordinal, observation, error }) => [ordinal, observation ?? error]));
  const known = JSON.stringify([...found].sort(([one], [other]) => one - other));
  return told === known ? undefined : `${activationName(data)} was told ${told}, and its calls have found ${known}`;
}

const viewOf = (planned: PlannedStep): StepView => ({
  planned,
  open: undefined,
  epoch: 1,
  calls: new Set(),
  found: new Map(),
  notBefore: -Infinity,
  isCompleted: false,
});

function incomplete(steps: Steps): string | undefined {
  const left = [...steps].find(([, step]) => !step.isCompleted);
  return left && `The task completed before step ${left[0]}`;
}

function open(step: StepView, activation: ActivationName): string | undefined {
  const name = activationName(activation);
  if (step.open !== undefined) return `${name} was dispatched while ${step.open} was open`;
  if (step.isCompleted) return `${name} was dispatched after its step had completed`;
  step.open = name;
  step.notBefore = -Infinity;
  step.epoch = activation.epoch;
  step.calls = new Set();
  return undefined;
}

/** What comes after a dispatch. */
function follow(step: StepView, event: PlanEvent): string | undefined {
  switch (event.type) {
    case 'StepSuspended':
      if (isNotOpen(step, event.data)) return wrong(step, event);
      step.calls = new Set(event.data.calls.map(({ ordinal }) => ordinal));
      return undefined;
    case 'CallCompleted':
    case 'CallFailed':
      return answered(step, event);
    case 'StepCompleted':
      if (isNotOpen(step, event.data)) return wrong(step, event);
      step.open = undefined;
      step.isCompleted = true;
      return undefined;
    case 'StepRetryScheduled':
      if (step.open === undefined || step.epoch !== event.data.epoch) return wrong(step, event);
      step.open = undefined;
      step.notBefore = event.data.retry_at;
      return undefined;
    case 'StepFailed':
      return step.isCompleted ? wrong(step, event) : undefined;
    case 'TaskAccepted':
    case 'PlanCreated':
    case 'StepDispatched':
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskCancelled':
      return undefined;
  }
}

function answered(
  step: StepView,
  event: Extract<PlanEvent, { type: 'CallCompleted' | 'CallFailed' }>,
): string | undefined {
  const { ordinal } = event.data;
  if (step.open !== activationName(event.data) || !step.calls.delete(ordinal)) return wrong(step, event);
  step.found.set(ordinal, event.type === 'CallFailed' ? event.data.error : event.data.observation);
  if (step.calls.size === 0) step.open = undefined;
  return undefined;
}

const isNotOpen = (step: StepView, activation: ActivationName): boolean =>
  step.open !== activationName(activation) || step.calls.size > 0;

function wrong(step: StepView, event: PlanEvent): string {
  const calls = step.calls.size > 0 ? ` and its calls ${[...step.calls].join(', ')}` : '';
  return `${event.type} ${JSON.stringify(event.data)} came while ${step.open ?? 'nothing'}${calls} was open`;
}
