/** The running state of a plan at its creation: who waits for whom, and who waits for nobody. */
import type { PlanEventData, PlannedStep } from '@waybill/contracts';
import { openAgenda, proceed } from './agenda.ts';
import { openLedger } from './ledger.ts';
import type { RunningPlan, Step, TaskFacts } from './plan.ts';

type Created = Pick<PlanEventData<'PlanCreated'>, 'planner' | 'steps' | 'output'>;

export function startPlan(task: TaskFacts, { planner, steps, output }: Created): RunningPlan {
  const byId = new Map(steps.map((planned) => [planned.step_id, newStep(planned)]));
  const plan: RunningPlan = {
    status: 'running',
    task,
    // The rules plan from the goal, so the expressions of their plan read it.
    input: planner === 'rules' ? { ...task.input, goal: task.goal ?? '' } : task.input,
    output,
    steps: byId,
    ledger: openLedger(),
    agenda: openAgenda(),
    left: byId.size,
    open: 0,
  };
  for (const step of byId.values()) {
    for (const need of step.planned.needs) byId.get(need)?.neededBy.push(step);
    if (step.missing === 0) proceed(plan, step, { status: 'ready' });
  }
  return plan;
}

const newStep = (planned: PlannedStep): Step => ({
  planned,
  neededBy: [],
  missing: planned.needs.length,
  progress: { status: 'pending' },
  epoch: 1,
  turn: 0,
  ordinal: 0,
  journal: [],
});
