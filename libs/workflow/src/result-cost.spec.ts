/** The promise that matters most for large plans, by counting. */
import { describe, expect, it } from 'vitest';
import { hasReadySteps, nextWakeUp, readySteps } from './agenda.ts';
import type { RunningPlan } from './plan.ts';
import { History, requestOf, t0, transient } from './testing/history.ts';

describe('the cost of one result', () => {
  /** Counts what evolve, decide and the agenda read of the steps beside the one that the result names. */
  const others = (plan: RunningPlan, named: string): ReadonlySet<string> => {
    const touched = new Set<string>();
    for (const [id, step] of plan.steps) {
      const { progress } = step;
      const count = () => (touched.add(id), progress);
      if (id !== named) Object.defineProperty(step, 'progress', { get: count, configurable: true });
    }
    return touched;
  };
  const wide = Object.fromEntries(
    Array.from({ length: 999 }, (_, index) => [
      `s${index}`,
      { retry: { max_attempts: 9, initial_ms: 1_000, factor: 1, max_ms: 1_000 } },
    ]),
  );
  const dispatched = () => {
    const history = new History().submit(requestOf({ ...wide, join: { needs: Object.keys(wide) } }));
    return history.dispatch(...Object.keys(wide));
  };

  it('touches no other step of a plan of 1,000', () => {
    const history = dispatched();
    const plan = history.plan as RunningPlan;
    const touched = others(plan, 's500');
    history.complete('s500', 1);
    expect(history.facts.at(-1)).toMatchObject({ type: 'StepCompleted' });
    expect(nextWakeUp(plan, t0)).toBeDefined();
    expect(hasReadySteps(plan, t0)).toBe(false);
    expect(readySteps(plan, t0)).toEqual([]);
    expect([...touched]).toEqual([]);
  });

  it('touches none of the hundreds of retries that wait, or whose time has come', () => {
    const history = dispatched();
    for (let step = 0; step < 400; step += 1) history.fail(`s${step}`, transient(), step / 400);
    const plan = history.later(500).plan as RunningPlan;
    const touched = others(plan, 's500');
    expect(history.complete('s500', 1).facts.at(-1)).toMatchObject({ type: 'StepCompleted' });
    expect(nextWakeUp(plan, history.at)).toBe(t0 + 60_000);
    expect(hasReadySteps(plan, history.at)).toBe(true);
    expect([...touched]).toEqual([]);
    expect(readySteps(plan, history.at).length).toBe(201);
  });
});
