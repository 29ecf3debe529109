import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueSteps } from './due-steps.ts';
import type { Step } from './plan.ts';

const anyMoves = fc.array(fc.record({ at: fc.nat(20), leaves: fc.option(fc.nat()) }), { maxLength: 60, size: 'max' });

it('knows the earliest, and who is due by a time, whoever enters and leaves', () =>
  fc.assert(
    fc.property(anyMoves, (moves) => {
      const steps = new DueSteps<Step>();
      let waiting: { at: number; step: Step }[] = [];
      for (const { at, leaves } of moves) {
        const gone = leaves === null ? undefined : waiting[leaves % waiting.length];
        if (gone) {
          steps.leave(gone.step, gone.at);
          waiting = waiting.filter((due) => due !== gone);
        } else {
          const step = {} as Step;
          steps.enter(step, at);
          waiting.push({ at, step });
        }
        const inOrder = waiting.toSorted((one, other) => one.at - other.at);
        expect(steps.earliest).toBe(inOrder[0]?.at ?? Infinity);
        for (const time of [-1, at, 20]) {
          const due = inOrder.filter((each) => each.at <= time).map(({ step }) => step);
          expect(steps.by(time).map((step) => due.indexOf(step))).toEqual(due.map((_, place) => place));
          expect(steps.firstBy(time)).toBe(due[0]);
        }
      }
    }),
    { numRuns: 300 },
  ));
