/** Random tasks, and worlds in which they run: agents that answer anything, records that come again and in any order. For property tests. */
import type { Json } from '@waybill/contracts';
import fc from 'fast-check';
import { readySteps } from '../agenda.ts';
import type { PlanCommand } from '../commands.ts';
import type { Plan } from '../plan.ts';
import { History, requestOf, t0, type Steps } from './history.ts';

const anySteps: fc.Arbitrary<Steps> = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(50), { maxLength: 3 }),
      max_tokens: fc.constantFrom(0, 0, 10, 40),
      attempts: fc.constantFrom(1, 3, 5),
      reads: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((rows) =>
    Object.fromEntries(
      rows.map(({ needs, max_tokens, attempts, reads }, place) => {
        const ids = place === 0 ? [] : [...new Set(needs.map((need) => `s${need % place}`))];
        const input: { [key: string]: Json } =
          reads && ids[0] !== undefined ? { x: `\${{ steps.${ids[0]}.output }}` } : {};
        const retry = { max_attempts: attempts, initial_ms: 100, factor: 2, max_ms: 1_000 };
        return [`s${place}`, { needs: ids, max_tokens, with: input, retry }];
      }),
    ),
  );

export const anyTask = fc.record({
  steps: anySteps,
  tokens: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
  dispatches: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
  deadline: fc.option(fc.integer({ min: -10, max: 200_000 }), { nil: undefined }),
});
export type Task = typeof anyTask extends fc.Arbitrary<infer T> ? T : never;

export const submit = ({ steps, tokens, dispatches, deadline }: Task) =>
  requestOf(steps, {
    budget: { ...(tokens === undefined ? {} : { tokens }), ...(dispatches === undefined ? {} : { steps: dispatches }) },
    ...(deadline === undefined ? {} : { deadline_at: t0 + deadline }),
    output: '${{ steps.s0.output }}',
  });

/** What happens next, chosen by numbers, so that a failing run shrinks. */
export const anyMove = fc.record({
  kind: fc.constantFrom(
    'dispatch',
    'dispatch',
    'result',
    'result',
    'result',
    'result',
    'redeliver',
    'wake',
    'later',
    'cancel',
    'poison',
    'submit',
  ),
  pick: fc.nat(1_000),
  how: fc.constantFrom('completed', 'completed', 'completed', 'suspended', 'transient', 'transient', 'denied'),
  used: fc.constantFrom<number | undefined>(undefined, 0, 5, 10),
  jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
  ms: fc.nat(70_000),
});
type Move = typeof anyMove extends fc.Arbitrary<infer T> ? T : never;

export class World {
  readonly history = new History();
  /** Whatever was sent: anything of it may come again, at any time. */
  readonly sent: PlanCommand[] = [];

  constructor(readonly task: Task) {
    this.history.submit(submit(task));
  }

  move(move: Move): void {
    const { history } = this;
    switch (move.kind) {
      case 'dispatch':
        return this.dispatch(pick([...readySteps(history.plan), ...Object.keys(this.task.steps)], move.pick));
      case 'result':
        return this.answer(move);
      case 'redeliver':
        if (this.sent.length > 0) history.apply(pick(this.sent, move.pick));
        return;
      case 'wake':
        history.wake(move.jitter);
        return;
      case 'later':
        history.later(move.ms);
        return;
      case 'cancel':
        if (move.pick > 950) history.apply({ type: 'CancelTask', reason: 'enough', at: history.at });
        return;
      case 'poison':
        if (move.pick > 950)
          history.apply({
            type: 'FailTask',
            stepId: 's0',
            error: { class: 'bug', code: 'poisoned', detail: '' },
            at: history.at,
          });
        return;
      case 'submit':
        history.submit(submit(this.task));
    }
  }

  dispatch(stepId: string): void {
    this.history.dispatch(stepId);
  }

  /** An honest agent: it never uses more than it was given. */
  answer({ pick: chosen, how, used, jitter }: Move): void {
    const { history } = this;
    const open = openSteps(history.plan);
    if (open.length === 0) return;
    const { step_id, calls, reserved } = pick(open, chosen);
    const command =
      calls.length > 0
        ? history.callResult(
            step_id,
            pick(calls, chosen),
            how === 'denied'
              ? { status: 'failed', error: failureOf(how) }
              : { status: 'completed', observation: chosen },
          )
        : history.result(step_id, outcomeOf(how, used === undefined ? undefined : Math.min(used, reserved)), jitter);
    this.sent.push(command);
    if (chosen % 7 > 0) history.apply(command);
  }
}

const pick = <T>(from: readonly T[], chosen: number): T => from[chosen % from.length]!;

const failureOf = (how: string) =>
  ({ class: how === 'denied' ? 'denied' : 'transient', code: 'model_failed', detail: how }) as const;

function outcomeOf(how: Move['how'], used: number | undefined) {
  const usage = used === undefined ? {} : { usage: { prompt_tokens: used, completion_tokens: 0 } };
  if (how === 'completed') return { status: 'completed' as const, output: { how, used: used ?? null }, ...usage };
  if (how === 'suspended') {
    const call = { kind: 'knowledge.search' as const, input: { query: 'x' } };
    return { status: 'suspended' as const, calls: [call, call], thought: 'hm', ...usage };
  }
  return { status: 'failed' as const, error: failureOf(how), ...usage };
}

export function openSteps(plan: Plan): { step_id: string; calls: number[]; reserved: number }[] {
  if (plan.status !== 'running') return [];
  return [...plan.steps.values()].flatMap(({ planned, progress }) => {
    if (progress.status === 'running') return [{ step_id: planned.step_id, calls: [], reserved: progress.reserved }];
    if (progress.status === 'waiting')
      return [{ step_id: planned.step_id, calls: [...progress.calls.keys()], reserved: 0 }];
    return [];
  });
}

export const anyRun = fc.tuple(anyTask, fc.array(anyMove, { maxLength: 120 }));

/** `check` sees the world after every move. */
export function played([task, moves]: [Task, Move[]], check: (world: World) => void = () => undefined): World {
  const world = new World(task);
  for (const move of moves) {
    world.move(move);
    check(world);
  }
  return world;
}
