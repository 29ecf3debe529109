/** A task becomes a plan: its definition as submitted, or one that the rules make from its goal. */
import type { ErrorCode, Json, NormalDefinition, PlanFact, PlannedStep, SubmitTask } from '@waybill/contracts';
import type { Decision } from './commands.ts';
import { checkDefinition } from './definition/normal-form.ts';
import { failure, taskFailed, unspent } from './endings.ts';
import { isoTime } from './iso-time.ts';
import { planGoal } from './planner.ts';
import { inputDepth, misfit } from './record-size.ts';

export function submitTask(request: SubmitTask, at: number): Decision {
  const accepted = taskAccepted(request, at);
  const end = (code: ErrorCode, detail: string): PlanFact => taskFailed(failure(code, detail), unspent(at));
  const size = misfit(request.input);
  if (size !== undefined) {
    return { events: [withoutInput(accepted), end(size, 'The input of the task does not fit into one record.')] };
  }
  const definition = request.definition ?? (request.goal === undefined ? undefined : planGoal(request.goal));
  if (!definition)
    return { events: [accepted, end('invalid_request', 'The task has neither a goal nor a definition.')] };
  const [problem] = request.definition ? checkDefinition(definition) : [];
  if (problem) return { events: [accepted, end(problem.code, problem.detail)] };
  const steps = planSteps(definition, request);
  if ('code' in steps) return { events: [accepted, end(steps.code, steps.detail)] };
  const created = planCreated(definition, steps, request, at);
  if (request.deadline_at === undefined || request.deadline_at > at) return { events: [accepted, created] };
  return {
    events: [accepted, created, end('deadline_exceeded', 'The deadline of the task had passed before it began.')],
  };
}

type Fact<T extends PlanFact['type']> = Extract<PlanFact, { type: T }>;

function taskAccepted(request: SubmitTask, at: number): Fact<'TaskAccepted'> {
  const { goal, workflow, input, priority, deadline_at, labels, budget } = request;
  const data: Fact<'TaskAccepted'>['data'] = { input, priority, labels, budget };
  if (goal !== undefined) data.goal = goal;
  if (workflow !== undefined) data.workflow = workflow;
  if (deadline_at !== undefined) data.deadline_at = deadline_at;
  return { type: 'TaskAccepted', time: isoTime(at), data };
}

const withoutInput = (accepted: Fact<'TaskAccepted'>): PlanFact => ({
  ...accepted,
  data: { ...accepted.data, input: {} },
});

function planCreated(definition: NormalDefinition, steps: PlannedStep[], request: SubmitTask, at: number): PlanFact {
  const data: Fact<'PlanCreated'>['data'] = {
    planner: request.definition ? 'definition' : 'rules',
    name: definition.name,
    version: definition.version,
    steps,
    output: definition.output,
  };
  if (request.definition_hash !== undefined) data.definition_hash = request.definition_hash;
  return { type: 'PlanCreated', time: isoTime(at), data };
}

/** Or why the definition cannot be planned: an agent is not known, or the steps fit into no record with what is added to each. */
function planSteps(
  { steps, output }: NormalDefinition,
  { task_id, agents }: SubmitTask,
): PlannedStep[] | { code: ErrorCode; detail: string } {
  const planned: PlannedStep[] = [];
  for (const { step_id, agent, needs, with: input, reason, retry, timeout_ms } of steps) {
    const card = Object.hasOwn(agents, agent) ? agents[agent] : undefined;
    if (!card) {
      const detail = `Step ${step_id} asks for the agent ${JSON.stringify(agent.slice(0, 128))}, and no agent of this name is known.`;
      return { code: 'unknown_agent', detail };
    }
    const work_id = `${task_id}.${planned.length + 1}`;
    const { queue, max_tokens } = card;
    planned.push({ step_id, work_id, agent, queue, needs, with: input, reason, retry, timeout_ms, max_tokens });
  }
  const size = misfit({ steps: planned as unknown as Json[], output }, inputDepth);
  return size === undefined ? planned : { code: size, detail: 'The plan does not fit into one record.' };
}
