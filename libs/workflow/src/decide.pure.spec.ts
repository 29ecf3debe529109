/** A decision is a question: whatever is asked, and however often, the plan stays as it was. Only `evolve` changes it. */
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasReadySteps, nextWakeUp, readySteps } from './agenda.ts';
import type { PlanCommand } from './commands.ts';
import { decide } from './decide.ts';
import { anyRun, played, type World } from './testing/world.ts';

/** All of the object graph: what the digest leaves out, too. */
const imageOf = (world: World): string => serialize(world.history.plan).toString('latin1');

function questions({ history, task, sent }: World): PlanCommand[] {
  const { at } = history;
  const later = [at, at + 500, at + 70_000, at + 1e9];
  return [
    ...later.map((time): PlanCommand => ({ type: 'WakeUp', at: time, jitter: 0.5 })),
    ...Object.keys(task.steps).map((stepId): PlanCommand => ({ type: 'DispatchStep', stepId, at: at + 1_000 })),
    ...sent.slice(-3),
    { type: 'CancelTask', reason: 'enough', at },
    { type: 'FailTask', stepId: 's0', error: { class: 'bug', code: 'poisoned', detail: '' }, at },
  ];
}

it('is changed by no decision, and answers the same when it is asked again', { timeout: 120_000 }, () =>
  fc.assert(
    fc.property(anyRun, (run) => {
      played(run, (world) => {
        const before = imageOf(world);
        for (const command of questions(world)) {
          const first = decide(world.history.plan, command);
          expect(decide(world.history.plan, command)).toEqual(first);
        }
        expect(imageOf(world)).toBe(before);
      });
    }),
    { numRuns: 60 },
  ),
);

it('is changed by no look at its agenda', { timeout: 120_000 }, () =>
  fc.assert(
    fc.property(anyRun, (run) => {
      played(run, (world) => {
        const { plan, at } = world.history;
        const before = imageOf(world);
        for (const time of [0, at, at + 1e9]) {
          expect(readySteps(plan, time)).toEqual(readySteps(plan, time));
          expect(hasReadySteps(plan, time)).toBe(readySteps(plan, time).length > 0);
          expect(nextWakeUp(plan, time)).toBe(nextWakeUp(plan, time));
        }
        expect(imageOf(world)).toBe(before);
      });
    }),
    { numRuns: 60 },
  ),
);
