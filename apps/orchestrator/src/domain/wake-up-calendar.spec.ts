import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WakeUpCalendar } from './wake-up-calendar.ts';

describe('the wake-up calendar', () => {
  it('answers a plan once, and not before its time', () => {
    const calendar = new WakeUpCalendar();
    calendar.set('a', 1_000);
    expect(calendar.due(999, Infinity)).toEqual([]);
    expect(calendar.due(1_020, Infinity)).toEqual(['a']);
    expect(calendar.due(5_000, Infinity)).toEqual([]);
  });

  it('forgets a plan that was taken off', () => {
    const calendar = new WakeUpCalendar();
    calendar.set('a', 1_000);
    calendar.set('a', undefined);
    expect(calendar.earliest()).toBeUndefined();
    expect(calendar.due(2_000, Infinity)).toEqual([]);
  });

  it('keeps only the last time of a plan', () => {
    const calendar = new WakeUpCalendar();
    calendar.set('a', 1_000);
    calendar.set('a', 9_000);
    expect(calendar.due(2_000, Infinity)).toEqual([]);
    expect(calendar.due(9_100, Infinity)).toEqual(['a']);
  });

  it('agrees with a plain list, whatever is set and removed', () => {
    const change = fc.record({
      plan: fc.integer({ min: 0, max: 20 }),
      at: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 200 }),
        fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 10 }),
        (changes, looks) => {
          const calendar = new WakeUpCalendar();
          const times = new Map<string, number>();
          for (const { plan, at } of changes) {
            calendar.set(`p${plan}`, at);
            if (at === undefined) times.delete(`p${plan}`);
            else times.set(`p${plan}`, at);
          }
          for (const now of looks.toSorted((a, b) => a - b)) {
            const answered = calendar.due(now, Infinity);
            expect(answered.every((planId) => times.get(planId)! <= now)).toBe(true);
            for (const planId of answered) times.delete(planId);
            expect([...times.values()].every((at) => at > now - 20)).toBe(true);
          }
          const earliest = calendar.earliest();
          expect(earliest === undefined).toBe(times.size === 0);
        },
      ),
    );
  });
});
