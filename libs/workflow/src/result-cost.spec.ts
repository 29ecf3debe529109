/** The promise that matters most for large plans, by counting. */
import { describe, expect, it } from 'vitest';
import { nextWakeUp, readySteps } from './agenda.ts';
import type { RunningPlan } from './plan.ts';
import { History, requestOf } from './testing/history.ts';

describe('the cost of one result', () => {
  /** Counts what evolve and decide read of the steps beside the one that the result names. */
  it('touches no other step of a plan of 1,000', () => {
    const wide = Object.fromEntries(Array.from({ length: 999 }, (_, index) => [`s${index}`, {}]));
    const history = new History().submit(requestOf({ ...wide, join: { needs: Object.keys(wide) } }));
    history.dispatch(...Object.keys(wide));
    const plan = history.plan as RunningPlan;
    const touched = new Set<string>();
    for (const [id, step] of plan.steps) {
      const { progress } = step;
      const count = () => (touched.add(id), progress);
      if (id !== 's500') Object.defineProperty(step, 'progress', { get: count, configurable: true });
    }
    history.complete('s500', 1);
    expect(history.facts.at(-1)).toMatchObject({ type: 'StepCompleted' });
    expect(nextWakeUp(plan)).toBeDefined();
    expect(readySteps(plan).size).toBe(0);
    expect([...touched]).toEqual([]);
  });
});
