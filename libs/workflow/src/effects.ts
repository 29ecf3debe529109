/**
 * The messages that follow from an event, from the event alone: they are the same whenever they are made again.
 * Work and signals may be sent twice; whoever takes them drops what came before.
 */
import type { AgentWork, PlanFact, SearchWork } from '@waybill/contracts';
import type { Effect } from './commands.ts';

const none: readonly Effect[] = [];

export function effects(planId: string, event: PlanFact): readonly Effect[] {
  switch (event.type) {
    case 'StepDispatched':
      return [{ kind: 'work', queue: event.data.queue, work: agentWork(planId, event) }];
    case 'StepSuspended':
      return searches(planId, event);
    case 'TaskFailed':
      return event.data.open_work === true ? [cancel(planId, event.data.error.code)] : none;
    case 'TaskCancelled':
      return event.data.open_work === true ? [cancel(planId, event.data.reason)] : none;
    case 'TaskAccepted':
    case 'PlanCreated':
    case 'CallCompleted':
    case 'CallFailed':
    case 'StepCompleted':
    case 'StepRetryScheduled':
    case 'StepFailed':
    case 'TaskCompleted':
      return none;
  }
}

type Fact<T extends PlanFact['type']> = Extract<PlanFact, { type: T }>;

const cancel = (planId: string, reason: string): Effect => ({
  kind: 'cancel',
  signal: { type: 'CancelSignal', plan_id: planId, reason },
});

function agentWork(planId: string, { data }: Fact<'StepDispatched'>): AgentWork {
  const { step_id, work_id, epoch, turn, agent, input, journal, max_tokens, priority, deadline_at } = data;
  const activation = { plan_id: planId, step_id, work_id, epoch, turn };
  return { type: 'Activate', ...activation, agent, input, journal, max_tokens, priority, not_after: deadline_at };
}

function searches(planId: string, { data }: Fact<'StepSuspended'>): readonly Effect[] {
  const { step_id, work_id, epoch, turn, deadline_at, calls } = data;
  return calls.map(({ ordinal, call }) => {
    const work: SearchWork = {
      type: 'Search',
      call: { plan_id: planId, step_id, work_id, epoch, turn, ordinal },
      input: call.input,
      not_after: deadline_at,
    };
    return { kind: 'search', work };
  });
}
