import { expect, it } from 'vitest';
import { runWithin } from './run-within.ts';

it('answers what the work answers, and throws what it throws', () => {
  expect(runWithin(1_000, () => 7)).toEqual({ answer: 7 });
  expect(runWithin(1_000, () => undefined)).toEqual({ answer: undefined });
  expect(() => runWithin(1_000, () => JSON.parse('{') as unknown)).toThrow(SyntaxError);
});

it('breaks off what never ends, even if it catches everything, and works on', () => {
  const endless = (): void => {
    for (;;) {
      try {
        /^(a|a)*$/.test(`${'a'.repeat(60)}!`);
      } catch {
        continue;
      }
    }
  };
  expect(runWithin(10, endless)).toBeUndefined();
  expect(runWithin(1_000, () => 7)).toEqual({ answer: 7 });
});
