/** What is said of a task, from its acceptance to its end: events in order, with the tokens of its activations in between. */
import type { Json, TokenChunk } from '@waybill/contracts';
import type { SeededRandom } from '@waybill/testing';

export type Piece =
  | { readonly event: { readonly type: string; readonly data: unknown } }
  | { readonly token: TokenChunk; readonly isLate: boolean };

const usage = { prompt_tokens: 1, completion_tokens: 2 };
const error = { class: 'transient', code: 'unavailable', detail: 'Away.' };

interface Work {
  readonly plan_id: string;
  readonly step_id: string;
  readonly work_id: string;
  readonly epoch: number;
  readonly turn: number;
}

/** `isLong`: more events than are read at once. */
export function madeUpLife(taskId: string, random: SeededRandom, isLong: boolean): Piece[] {
  const steps = Array.from({ length: random.int(1, 3) }, (_, at) => `s${at + 1}`);
  const accepted = { goal: taskId.slice(-4), input: {}, priority: 5, labels: { of: taskId.slice(-1) }, budget: {} };
  const planned = steps.map((step) => ({
    step_id: step,
    work_id: `${taskId}:${step}`,
    agent: 'echo',
    queue: 'agent.echo',
    needs: [],
    with: {},
    reason: 'Because.',
    timeout_ms: 1_000,
    max_tokens: 10,
    retry: { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 },
  }));
  const plan = { planner: 'definition', name: 'one', version: 1, steps: planned, output: '${{ 1 }}' };
  const lives = steps.map((step) => lifeOfStep(`${taskId}:${step}`, step, { random, turns: isLong ? 60 : 3 }));
  const middle = interleaved(lives, random);
  const isCancelled = random.chance(0.2);
  const kept = isCancelled ? middle.slice(0, random.int(0, middle.length)) : middle;
  const type = isCancelled ? 'TaskCancelled' : random.pick(['TaskCompleted', 'TaskCompleted', 'TaskFailed']);
  const end = { output: output(random), error, reason: 'Enough.', usage: { ...usage, steps: 7 } };
  return [event('TaskAccepted', accepted), event('PlanCreated', plan), ...kept, event(type, end)];
}

function lifeOfStep(workId: string, step: string, { random, turns }: { random: SeededRandom; turns: number }): Piece[] {
  const pieces: Piece[] = [];
  const epochs = random.chance(0.4) ? random.int(2, 3) : 1;
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    const last = random.int(Math.ceil(turns / 2), turns) - 1;
    for (let turn = 0; turn <= last; turn += 1) {
      const work = { plan_id: workId.split(':')[0]!, step_id: step, work_id: workId, epoch, turn };
      pieces.push(...activation(work, random));
      if (turn < last) pieces.push(...suspension(work));
      else
        pieces.push(epoch < epochs ? event('StepRetryScheduled', { ...work, error, usage }) : completion(work, random));
    }
  }
  return pieces;
}

function activation(work: Work, random: SeededRandom): Piece[] {
  const pieces: Piece[] = [
    event('StepDispatched', {
      ...work,
      agent: 'echo',
      queue: 'agent.echo',
      input: {},
      journal: [],
      max_tokens: 1,
      priority: 5,
      deadline_at: 1,
    }),
  ];
  const isLate = random.chance(0.3);
  const count = random.chance(0.6) ? random.int(1, 5) : 0;
  for (let index = 0; index < count; index += 1)
    pieces.push({
      token: { type: 'TokenChunk', ...work, index, text: `${work.epoch}.${work.turn}.${index} ` },
      isLate,
    });
  return pieces;
}

function suspension(work: Work): Piece[] {
  const call = { kind: 'tool', name: 'echo', input: {} };
  const observed = event('CallCompleted', { ...work, ordinal: work.turn, observation: 1 });
  return [event('StepSuspended', { ...work, calls: [{ ordinal: work.turn, call }], usage, deadline_at: 1 }), observed];
}

const completion = (work: Work, random: SeededRandom): Piece =>
  event('StepCompleted', { ...work, output: output(random), usage });
const event = (type: string, data: unknown): Piece => ({ event: { type, data } });
/** Some are larger than what is sent at once. */
const output = (random: SeededRandom): Json => 'x'.repeat(random.chance(0.03) ? 200_000 : random.int(1, 300));

function interleaved(lives: readonly Piece[][], random: SeededRandom): Piece[] {
  const left = lives.map((life) => [...life]).filter((life) => life.length > 0);
  const all: Piece[] = [];
  while (left.length > 0) {
    const life = random.pick(left);
    all.push(life.shift()!);
    if (life.length === 0) left.splice(left.indexOf(life), 1);
  }
  return all;
}
