/**
 * What the pure core costs on this machine: nanoseconds per submit, dispatch and result (decide + evolve + effects), for a chain of 5
 * and for fans up to 1,000, where the cost of one result must not grow with the plan.
 * Run: `tsc -b libs/workflow && node bench/core.ts`
 */
import type { PlanFact, SubmitTask, WorkflowDefinition } from '@waybill/contracts';
import { decide, effects, emptyPlan, evolve, nextWakeUp, normaliseDefinition, readySteps } from '@waybill/workflow';
import type { Plan, PlanCommand } from '@waybill/workflow';

interface Shape {
  readonly name: string;
  readonly definition: WorkflowDefinition;
}
interface Cost {
  ns: number;
  count: number;
}

const at = 1_780_000_000_000;
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(10);

function chain(length: number): Shape {
  const steps: WorkflowDefinition['steps'] = {
    s0: { agent: 'worker', with: { topic: '${{ input.topic }}', tone: 'plain' } },
  };
  for (let index = 1; index < length; index += 1) {
    const read = `\${{ steps.s${index - 1}.output.text }}`;
    steps[`s${index}`] = {
      agent: 'worker',
      needs: [`s${index - 1}`],
      with: { text: read, topic: '${{ input.topic }}' },
    };
  }
  return { name: `chain of ${length}`, definition: { steps, output: `\${{ steps.s${length - 1}.output.text }}` } };
}

function fan(width: number): Shape {
  const steps: WorkflowDefinition['steps'] = {};
  const ids = Array.from({ length: width }, (_, index) => `s${index}`);
  for (const id of ids) steps[id] = { agent: 'worker', with: { topic: '${{ input.topic }}' } };
  steps['join'] = { agent: 'worker', needs: ids, with: { first: '${{ steps.s0.output.text }}' } };
  return { name: `fan of ${width}`, definition: { steps, output: '${{ steps.join.output.text }}' } };
}

function requestOf({ definition }: Shape): SubmitTask {
  const normal = normaliseDefinition(definition);
  if (!normal.ok) throw new Error(JSON.stringify(normal.problems));
  return {
    type: 'SubmitTask',
    task_id: '01989a3c-7a1e-7000-8000-000000000000',
    accepted_at: at,
    definition: normal.definition,
    input: { topic: 'events' },
    agents: { worker: { queue: 'agent.worker', max_tokens: 1_000 } },
    priority: 5,
    deadline_at: at + 3_600_000,
    labels: {},
    budget: {},
  };
}

/** Runs plans to their end; each operation is timed in batches of one kind, since a clock call costs as much as a decision. */
function measure(shape: Shape, plans: number): Record<'submit' | 'dispatch' | 'result', Cost> {
  const cost = { submit: newCost(), dispatch: newCost(), result: newCost() };
  const record = JSON.stringify(requestOf(shape));
  const requests = Array.from({ length: plans }, () => JSON.parse(record) as SubmitTask);
  let live: Plan[] = [];
  timed(cost.submit, plans, () => {
    live = requests.map((request) => step(emptyPlan(), { type: 'SubmitTask', request, at }).plan);
  });
  for (;;) {
    const ready = live.map((plan) => readySteps(plan, at));
    const count = ready.reduce((sum, ids) => sum + ids.length, 0);
    if (count === 0) break;
    const open: PlanFact[][] = live.map(() => []);
    timed(cost.dispatch, count, () => {
      for (const [index, ids] of ready.entries()) {
        for (const stepId of ids)
          open[index]!.push(step(live[index]!, { type: 'DispatchStep', stepId, at }).events[0]!);
      }
    });
    const results = open.map((facts) => facts.map(resultOf));
    timed(cost.result, count, () => {
      for (const [index, commands] of results.entries()) {
        for (const command of commands) live[index] = step(live[index]!, command).plan;
      }
    });
  }
  if (live.some((plan) => plan.status !== 'ended' || plan.outcome !== 'completed'))
    throw new Error('A plan did not complete.');
  return cost;
}

const newCost = (): Cost => ({ ns: 0, count: 0 });

function timed(cost: Cost, count: number, work: () => void): void {
  const start = process.hrtime.bigint();
  work();
  cost.ns += Number(process.hrtime.bigint() - start);
  cost.count += count;
}

function step(plan: Plan, command: PlanCommand): { plan: Plan; events: readonly PlanFact[] } {
  const decision = decide(plan, command);
  if (!('events' in decision)) throw new Error(`${command.type}: ${JSON.stringify(decision)}`);
  let next = plan;
  for (const event of decision.events) {
    next = evolve(next, event);
    effects('plan', event as PlanFact);
  }
  nextWakeUp(next, at);
  return { plan: next, events: decision.events };
}

function resultOf(fact: PlanFact): PlanCommand {
  if (fact.type !== 'StepDispatched') throw new Error(fact.type);
  const { step_id, work_id, epoch, turn } = fact.data;
  const usage = { prompt_tokens: 200, completion_tokens: 100 };
  const outcome = JSON.stringify({ status: 'completed', output: { text, words: 90, tags: ['fox', 'dog'] }, usage });
  const result = {
    type: 'ActivationResult',
    plan_id: 'plan',
    step_id,
    work_id,
    epoch,
    turn,
    outcome: JSON.parse(outcome),
  } as const;
  return { type: 'ApplyResult', result: result as never, at, jitter: 0.5 };
}

/** The first tenth of many rounds: other work on the machine and the collector do not count, and a batch is as warm as in life. */
function quiet(costs: readonly Cost[]): string {
  const each = costs.map(({ ns, count }) => ns / count).toSorted((one, other) => one - other);
  return `${Math.round(each[Math.floor(each.length / 10)]!)} ns`.padStart(10);
}

const rounds = 100;
for (const [shape, plans] of [
  [chain(5), 100],
  [fan(10), 50],
  [fan(100), 5],
  [fan(998), 1],
] as const) {
  for (let round = 0; round < rounds; round += 1) measure(shape, plans); // warm up
  const costs = Array.from({ length: rounds }, () => measure(shape, plans));
  const submit = quiet(costs.map((cost) => cost.submit));
  const dispatch = quiet(costs.map((cost) => cost.dispatch));
  const result = quiet(costs.map((cost) => cost.result));
  process.stdout.write(`${shape.name.padEnd(14)} submit ${submit}   dispatch ${dispatch}   result ${result}\n`);
}
