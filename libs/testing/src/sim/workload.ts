/** What clients ask for in a world: tasks of small random plans, with budgets, deadlines and cancellations. */
import type { AgentCard, NormalDefinition, NormalStep, SubmitTask } from '@waybill/contracts';
import { agentQueue } from '@waybill/contracts';
import type { SeededRandom } from './seeded-random.ts';
import { mostTurns } from './sim-outcomes.ts';

export interface PlannedTask {
  readonly request: SubmitTask;
  /** ms after the beginning. */
  readonly submitAfterMs: number;
  readonly cancelAfterMs?: number;
}

/** What the tasks of a world are like. Pairs: least and most. */
export interface Habits {
  readonly tasks: readonly [number, number];
  /** At most. */
  readonly steps: number;
  /** Of a step, at most. */
  readonly attempts: number;
  readonly timeoutMs: readonly [number, number];
  /** How many tasks have a deadline, 1 for all. */
  readonly deadlines: number;
  readonly deadlineMs: readonly [number, number];
}

export const ordinary: Habits = {
  tasks: [3, 12],
  steps: 8,
  attempts: 5,
  timeoutMs: [100, 1_500],
  deadlines: 0.25,
  deadlineMs: [50, 6_000],
};

const tokensOf: Record<string, number> = { alpha: 0, beta: 100, gamma: 40 };

export const agents: Record<string, AgentCard> = Object.fromEntries(
  Object.entries(tokensOf).map(([name, max_tokens]) => [name, { queue: agentQueue(name), max_tokens }]),
);

/** `now`: by the gateway's clock; `over`: for how long tasks come in. */
export function planTasks(random: SeededRandom, now: number, over: number, habits = ordinary): PlannedTask[] {
  return Array.from({ length: random.int(...habits.tasks) }, (_, index) => {
    const submitAfterMs = random.between(0, over);
    const id = `task-${String(index + 1).padStart(2, '0')}-${random.int(0, 0xffff).toString(16)}`;
    const request = submission(random, id, now + submitAfterMs, habits);
    return random.chance(0.25)
      ? { request, submitAfterMs, cancelAfterMs: submitAfterMs + random.between(-20, 1_500) }
      : { request, submitAfterMs };
  });
}

/** After so long a task has ended whatever its agents do, as long as others do not keep it from credits. */
export function longestMs({ request: { definition } }: PlannedTask): number {
  return definition!.steps.reduce(
    (sum, { retry, timeout_ms }) => sum + retry.max_attempts * (mostTurns * 2 * timeout_ms + retry.max_ms),
    0,
  );
}

function submission(random: SeededRandom, task_id: string, at: number, habits: Habits): SubmitTask {
  const definition = randomDefinition(random, habits);
  const tokens = definition.steps.reduce((sum, { agent }) => sum + tokensOf[agent]!, 0);
  const request: SubmitTask = {
    type: 'SubmitTask',
    task_id,
    accepted_at: Math.floor(at),
    definition,
    input: { n: random.int(0, 9) },
    agents,
    priority: random.int(0, 9),
    labels: {},
    budget: {},
  };
  if (random.chance(0.3)) request.budget.tokens = random.int(0, tokens * 2);
  if (random.chance(0.15)) request.budget.steps = random.int(1, definition.steps.length * 3);
  if (random.chance(habits.deadlines)) request.deadline_at = Math.floor(at + random.between(...habits.deadlineMs));
  return request;
}

/** A step needs some of those before it, and reads what some of these answered: one that reads nothing could be run too early without an error of its own. */
function randomDefinition(random: SeededRandom, habits: Habits): NormalDefinition {
  const density = random.next();
  const steps: NormalStep[] = [];
  const count = random.int(1, habits.steps);
  for (let index = 0; index < count; index += 1) {
    const needs = steps.filter(() => random.chance(density)).map(({ step_id }) => step_id);
    const inputs = needs.filter(() => random.chance(0.5)).map((need) => [need, `\${{ steps.${need}.output.answer }}`]);
    steps.push({
      step_id: `s${index + 1}`,
      agent: random.pick(Object.keys(tokensOf)),
      needs,
      with: { n: '${{ input.n }}', ...Object.fromEntries(inputs) },
      retry: { max_attempts: random.int(1, habits.attempts), initial_ms: random.int(0, 200), factor: 2, max_ms: 1_000 },
      timeout_ms: random.int(...habits.timeoutMs),
      reason: 'It is part of the test.',
    });
  }
  return { name: 'random', version: 1, steps, output: { last: `\${{ steps.s${count}.output.by }}` } };
}
