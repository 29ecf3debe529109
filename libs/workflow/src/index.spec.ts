import { expect, it } from 'vitest';
import {
  coreVersion,
  decide,
  effects,
  emptyPlan,
  evolve,
  nextWakeUp,
  normaliseDefinition,
  readySteps,
  type Plan,
  type PlanCommand,
} from './index.ts';
import { requestOf, t0 } from './testing/history.ts';

it('takes a workflow from its definition to its output', () => {
  const normalised = normaliseDefinition({
    steps: {
      draft: { agent: 'writer', with: { topic: '${{ input.topic }}' } },
      review: { agent: 'reviewer', needs: ['draft'], with: { text: '${{ steps.draft.output.text }}' } },
    },
    output: 'Reviewed: ${{ steps.review.output }}',
  });
  if (!normalised.ok) throw new Error('The definition is valid.');
  const agents = {
    writer: { queue: 'agent.writer', max_tokens: 10 },
    reviewer: { queue: 'agent.reviewer', max_tokens: 0 },
  };
  const request = { ...requestOf({}, { input: { topic: 'tea' } }), definition: normalised.definition, agents };

  let plan: Plan = emptyPlan();
  const told: string[] = [];
  const queues: string[] = [];
  const tell = (command: PlanCommand): void => {
    const decision = decide(plan, command);
    if (!('events' in decision)) throw new Error(command.type);
    for (const event of decision.events) {
      told.push(event.type);
      for (const effect of effects('task', event)) if (effect.kind === 'work') queues.push(effect.queue);
      plan = evolve(plan, event);
      if (event.type === 'TaskCompleted') expect(event.data.output).toBe('Reviewed: fine');
    }
  };
  const answer = (step_id: string, work_id: string, output: string | { text: string }): void => {
    const activation = { plan_id: 'task', step_id, work_id, epoch: 1, turn: 0 };
    const outcome = { status: 'completed' as const, output };
    tell({ type: 'ApplyResult', result: { type: 'ActivationResult', ...activation, outcome }, at: t0, jitter: 0 });
  };

  tell({ type: 'SubmitTask', request, at: t0 });
  expect(readySteps(plan, t0)).toEqual(['draft']);
  tell({ type: 'DispatchStep', stepId: 'draft', at: t0 });
  expect(nextWakeUp(plan, t0)).toBe(t0 + 120_000);
  answer('draft', 'task.1', { text: 'Tea is a drink.' });
  tell({ type: 'DispatchStep', stepId: 'review', at: t0 });
  answer('review', 'task.2', 'fine');

  expect(plan.status).toBe('ended');
  expect(queues).toEqual(['agent.writer', 'agent.reviewer']);
  expect(told.join(' ')).toBe(
    'TaskAccepted PlanCreated StepDispatched StepCompleted StepDispatched StepCompleted TaskCompleted',
  );
  expect(coreVersion).toBe(2);
});
