/** What holds for every plan, whatever agents answer and in whatever order it arrives. */
import { PlanEvent, terminalEventTypes, type PlanFact } from '@waybill/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasReadySteps, nextWakeUp, readySteps } from './agenda.ts';
import { effects } from './effects.ts';
import { evolve } from './evolve.ts';
import { lostUsage, totals } from './ledger.ts';
import { emptyPlan, type Plan, type Step } from './plan.ts';
import { digestOf, restorePlan, snapshotOf } from './snapshot.ts';
import { anyMove, anyRun, anyTask, openSteps, played, World } from './testing/world.ts';

const isTerminal = (fact: PlanFact): boolean => terminalEventTypes.has(fact.type);
const runs = { numRuns: 200 };

const ids = (facts: readonly PlanFact[], type: PlanFact['type']) =>
  facts.flatMap((fact) => (fact.type === type && 'step_id' in fact.data ? [fact.data.step_id!] : []));

/** Generous: a machine may do ten other things meanwhile. */
const timeout = 120_000;

describe('every plan', { timeout }, () => {
  it('completes a step at most once, and no step before its needs', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        const { history, task } = played(run);
        const completed = ids(history.facts, 'StepCompleted');
        expect(new Set(completed).size).toBe(completed.length);
        const done = new Set<string>();
        for (const fact of history.facts) {
          if (fact.type === 'StepDispatched')
            for (const need of task.steps[fact.data.step_id]!.needs!) expect(done.has(need)).toBe(true);
          if (fact.type === 'StepCompleted') done.add(fact.data.step_id);
        }
      }),
      runs,
    ));

  it('dispatches each activation once, and applies at most one outcome to it', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        const activations = new Set<string>();
        const outcomes = new Set<string>();
        for (const { type, data } of played(run).history.facts) {
          if (type === 'StepDispatched')
            expect(add(activations, `${data.step_id}/${data.epoch}/${data.turn}`)).toBe(true);
          if (type === 'StepCompleted' || type === 'StepSuspended')
            expect(add(outcomes, `${data.step_id}/${data.epoch}/${data.turn}`)).toBe(true);
          if (type === 'CallCompleted' || type === 'CallFailed')
            expect(add(outcomes, `${data.step_id}#${data.ordinal}`)).toBe(true);
        }
        for (const outcome of outcomes) if (!outcome.includes('#')) expect(activations.has(outcome)).toBe(true);
      }),
      runs,
    ));

  it('has at most one terminal event, its last', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        const { facts, plan } = played(run).history;
        const first = facts.findIndex(isTerminal);
        expect(first === -1 || first === facts.length - 1).toBe(true);
        expect(plan.status === 'ended').toBe(first !== -1);
      }),
      runs,
    ));

  it('never spends and reserves more than its budget', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        played(run, ({ history, task }) => {
          const { plan } = history;
          if (plan.status !== 'running') return;
          const { prompt_tokens, completion_tokens, reserved, dispatches } = plan.ledger;
          expect(prompt_tokens + completion_tokens + reserved).toBeLessThanOrEqual(task.tokens ?? Infinity);
          expect(dispatches).toBeLessThanOrEqual(task.dispatches ?? Infinity);
          expect(reserved).toBe(openSteps(plan).reduce((sum, step) => sum + step.reserved, 0));
          expect(plan.open).toBe(openSteps(plan).length);
        });
      }),
      runs,
    ));

  it('is the fold of its events, as JSON and from any snapshot on', () =>
    fc.assert(
      fc.property(anyRun, fc.nat(), (run, cut) => {
        const { facts, plan, at: now } = played(run).history;
        const read = facts.map((fact, index) =>
          PlanEvent.parse(JSON.parse(JSON.stringify({ seq: index + 1, ...fact }))),
        );
        const folded = read.reduce<Plan>(evolve, emptyPlan());
        expect(digestOf(folded)).toBe(digestOf(plan));
        const at = cut % (read.length + 1);
        const half = restorePlan(snapshotOf(read.slice(0, at).reduce<Plan>(evolve, emptyPlan())));
        const restored = read.slice(at).reduce<Plan>(evolve, half);
        expect(digestOf(restored)).toBe(digestOf(plan));
        for (const each of [restored, folded]) {
          for (const time of [now, now + 1_000, now + 1e9]) {
            expect(readySteps(each, time)).toEqual(readySteps(plan, time));
            expect(nextWakeUp(each, time)).toBe(nextWakeUp(plan, time));
          }
        }
      }),
      runs,
    ));

  it('never changes an event after it was made', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        const written: string[] = [];
        const { history } = played(run, (world) => {
          for (const fact of world.history.facts.slice(written.length)) written.push(JSON.stringify(fact));
        });
        expect(history.facts.map((fact) => JSON.stringify(fact))).toEqual(expect.arrayContaining(written));
      }),
      runs,
    ));

  it('knows when something is due next, and which steps are ready then', () =>
    fc.assert(
      fc.property(anyRun, fc.nat(100_000), (run, later) => {
        played(run, ({ history: { plan, at } }) => {
          if (plan.status !== 'running') return;
          const time = at + later;
          const steps = [...plan.steps.values()];
          const dueOf = (which: (step: Step) => boolean): number[] =>
            steps.flatMap((step) => ('due_at' in step.progress && which(step) ? [step.progress.due_at] : []));
          const isRetry = ({ progress }: Step): boolean => progress.status === 'retrying';
          const retries = dueOf(isRetry);
          const isFired = retries.some((due) => due <= time);
          const dues = [
            plan.task.deadline_at ?? Infinity,
            ...dueOf((step) => !isRetry(step)),
            ...(isFired ? [] : retries),
          ];
          expect(nextWakeUp(plan, time) ?? Infinity).toBe(Math.min(...dues));
          const ready = steps.filter(
            ({ progress }) =>
              progress.status === 'ready' || (progress.status === 'retrying' && progress.due_at <= time),
          );
          const told = readySteps(plan, time);
          expect(hasReadySteps(plan, time)).toBe(told.length > 0);
          if (told.length > 0 || plan.task.budget.tokens === undefined)
            expect([...told].sort()).toEqual(ready.map(({ planned }) => planned.step_id).sort());
        });
      }),
      runs,
    ));

  it('says of its end whether work was open and what it settles, and only then signals it', () =>
    fc.assert(
      fc.property(anyRun, (run) => {
        const { facts } = played(run).history;
        const last = facts.at(-1)!;
        if (last.type !== 'TaskFailed' && last.type !== 'TaskCancelled') return;
        const before = facts.slice(0, -1).reduce<Plan>(evolve, emptyPlan());
        expect(last.data.open_work === true).toBe(openSteps(before).length > 0);
        expect(effects('task', last).length).toBe(last.data.open_work === true ? 1 : 0);
        if (before.status !== 'running') return;
        const { reserved } = before.ledger;
        expect(last.data.usage).toEqual(totals(before.ledger, lostUsage(reserved)));
        expect(last.data.lost_tokens ?? 0).toBe(reserved);
      }),
      runs,
    ));

  it('ends under a scheduler that is fair, whatever its agents answer', () =>
    fc.assert(
      fc.property(anyTask, fc.infiniteStream(anyMove), (task, chance) => {
        const world = new World(task);
        const { history } = world;
        for (let round = 0; round < 3_000 && history.plan.status !== 'ended'; round += 1) {
          for (const stepId of readySteps(history.plan, history.at)) world.dispatch(stepId);
          for (let open = openSteps(history.plan).length; open > 0; open -= 1) world.answer(chance.next().value!);
          const wakeAt = nextWakeUp(history.plan, history.at);
          if (readySteps(history.plan, history.at).length > 0 || wakeAt === undefined) continue;
          history.at = Math.max(history.at, wakeAt);
          history.wake(0.5);
        }
        expect(history.plan.status).toBe('ended');
      }),
      { numRuns: 100 },
    ));
});

const add = (set: Set<string>, key: string): boolean => set.size < set.add(key).size;
