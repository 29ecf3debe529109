/** What clients ask for in a world: tasks of small random plans, with budgets, deadlines and cancellations. */
import type { AgentCard, NormalDefinition, NormalStep, SubmitTask } from '@waybill/contracts';
import { agentQueue } from '@waybill/contracts';
import type { SeededRandom } from './seeded-random.ts';

export interface PlannedTask {
  readonly request: SubmitTask;
  /** ms after the beginning. */
  readonly submitAfterMs: number;
  readonly cancelAfterMs?: number;
}

const tokensOf: Record<string, number> = { alpha: 0, beta: 100, gamma: 40 };

export const agents: Record<string, AgentCard> = Object.fromEntries(
  Object.entries(tokensOf).map(([name, max_tokens]) => [name, { queue: agentQueue(name), max_tokens }]),
);

/** `over`: for how long tasks come in. */
export function planTasks(random: SeededRandom, now: number, over: number): PlannedTask[] {
  return Array.from({ length: random.int(3, 12) }, (_, index) => {
    const submitAfterMs = random.between(0, over);
    const request = submission(
      random,
      `task-${String(index + 1).padStart(2, '0')}-${random.int(0, 0xffff).toString(16)}`,
      now + submitAfterMs,
    );
    return random.chance(0.25)
      ? { request, submitAfterMs, cancelAfterMs: submitAfterMs + random.between(-20, 1_500) }
      : { request, submitAfterMs };
  });
}

function submission(random: SeededRandom, task_id: string, at: number): SubmitTask {
  const definition = randomDefinition(random);
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
  if (random.chance(0.25)) request.deadline_at = Math.floor(at + random.between(50, 6_000));
  return request;
}

/** A step needs some of those before it, and reads what some of these answered: one that reads nothing could be run too early without an error of its own. */
function randomDefinition(random: SeededRandom): NormalDefinition {
  const density = random.next();
  const steps: NormalStep[] = [];
  const count = random.int(1, 8);
  for (let index = 0; index < count; index += 1) {
    const needs = steps.filter(() => random.chance(density)).map(({ step_id }) => step_id);
    const inputs = needs.filter(() => random.chance(0.5)).map((need) => [need, `\${{ steps.${need}.output.answer }}`]);
    steps.push({
      step_id: `s${index + 1}`,
      agent: random.pick(Object.keys(tokensOf)),
      needs,
      with: { n: '${{ input.n }}', ...Object.fromEntries(inputs) },
      retry: { max_attempts: random.int(1, 5), initial_ms: random.int(0, 200), factor: 2, max_ms: 1_000 },
      timeout_ms: random.int(100, 1_500),
      reason: 'It is part of the test.',
    });
  }
  return { name: 'random', version: 1, steps, output: { last: `\${{ steps.s${count}.output.by }}` } };
}
