/** Random tasks, and worlds in which they run: agents that answer anything, records that come again and in any order. For property tests. */
import type { Json } from '@waybill/contracts';
import fc from 'fast-check';
import { nextWakeUp, readySteps } from '../agenda.ts';
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
    { minLength: 1, maxLength: 8, size: 'max' },
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

/** Mostly a bound that matters now and then, sometimes one that ends the task at once, sometimes none. */
const anyBound = (least: number, most: number) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: least, max: most }) },
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }) },
  );

export const anyTask = fc.record({
  steps: anySteps,
  tokens: anyBound(40, 400),
  dispatches: anyBound(8, 60),
  deadline: anyBound(1_000, 600_000),
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
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('dispatch' as const) },
    { weight: 14, arbitrary: fc.constant('result' as const) },
    { weight: 4, arbitrary: fc.constant('wake' as const) },
    { weight: 3, arbitrary: fc.constantFrom('any dispatch', 'redeliver', 'later') },
    { weight: 1, arbitrary: fc.constantFrom('cancel', 'poison', 'submit') },
  ),
  pick: fc.nat(1_000),
  how: fc.oneof(
    { weight: 10, arbitrary: fc.constant('completed' as const) },
    { weight: 6, arbitrary: fc.constant('suspended' as const) },
    { weight: 5, arbitrary: fc.constant('transient' as const) },
    { weight: 1, arbitrary: fc.constant('denied' as const) },
  ),
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
        for (const stepId of readySteps(history.plan, history.at).slice(move.pick % 3)) this.dispatch(stepId);
        return;
      case 'any dispatch':
        return this.dispatch(pick(Object.keys(this.task.steps), move.pick));
      case 'result':
        return this.answer(move);
      case 'redeliver':
        if (this.sent.length > 0) history.apply(pick(this.sent, move.pick));
        return;
      case 'wake':
        if (move.pick % 2 === 0) this.waitForSteps();
        history.wake(move.jitter);
        return;
      case 'later':
        history.later(move.ms);
        return;
      case 'cancel':
        if (move.pick > 700) history.apply({ type: 'CancelTask', reason: 'enough', at: history.at });
        return;
      case 'poison':
        if (move.pick > 700)
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

  /** Until something of a step may be due: the task's own deadline is met by `later`. */
  waitForSteps(): void {
    const { history, task } = this;
    const due = nextWakeUp(history.plan, history.at) ?? 0;
    if (due < t0 + (task.deadline ?? Infinity)) history.at = Math.max(history.at, due);
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

export const anyRun = fc.tuple(anyTask, fc.array(anyMove, { maxLength: 120, size: 'max' }));

/** `check` sees the world after every move. */
export function played([task, moves]: [Task, Move[]], check: (world: World) => void = () => undefined): World {
  const world = new World(task);
  for (const move of moves) {
    world.move(move);
    check(world);
  }
  return world;
}
