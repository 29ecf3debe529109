/** What every HotState promises. `pass` lets time go by: a set clock for memory, real time for a server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HotState } from '../hot-state.ts';

export interface HotStateUnderTest {
  readonly state: HotState;
  pass(ms: number): Promise<void>;
}

export function hotStateContract(name: string, open: () => Promise<HotStateUnderTest>): void {
  describe(`${name} as a HotState`, () => {
    let state: HotState;
    let pass: (ms: number) => Promise<void>;
    beforeEach(async () => {
      const opened = await open();
      state = opened.state;
      pass = (ms) => opened.pass(ms);
    });
    afterEach(() => state.close());

    it('knows nothing of a key that was never set', async () => {
      expect(await state.get('a')).toBeUndefined();
    });

    it('keeps a value for its time and no longer', async () => {
      await state.set('a', 'x', 100);
      expect(await state.get('a')).toBe('x');
      await pass(150);
      expect(await state.get('a')).toBeUndefined();
    });

    it('starts the time anew when a value is set again', async () => {
      await state.set('a', 'x', 100);
      await pass(60);
      await state.set('a', 'y', 100);
      await pass(60);
      expect(await state.get('a')).toBe('y');
    });

    it('counts', async () => {
      expect(await state.increment('n', 2, 1_000)).toBe(2);
      expect(await state.increment('n', 3, 1_000)).toBe(5);
      expect(await state.increment('n', -5, 1_000)).toBe(0);
      expect(await state.get('n')).toBe('0');
    });

    it('forgets a counter its time after it was begun, however often it was used', async () => {
      await state.increment('n', 1, 100);
      await pass(60);
      await state.increment('n', 1, 100);
      await pass(60);
      expect(await state.increment('n', 1, 100)).toBe(1);
    });

    it('goes on counting from a value that is a number, and refuses one that is not', async () => {
      await state.set('n', '41', 1_000);
      expect(await state.increment('n', 1, 1_000)).toBe(42);
      await state.set('word', 'x', 1_000);
      await expect(state.increment('word', 1, 1_000)).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it('keeps keys apart, and a value without characters', async () => {
      await state.set('a', '', 1_000);
      await state.set('b', 'y', 1_000);
      expect([await state.get('a'), await state.get('b'), await state.get('ab')]).toEqual(['', 'y', undefined]);
    });

    it('gives a value that is set over a counter the time it is set with', async () => {
      await state.increment('n', 1, 100);
      await state.set('n', '5', 10_000);
      await pass(150);
      expect(await state.increment('n', 1, 100)).toBe(6);
      await pass(150);
      expect(await state.get('n')).toBe('6');
    });

    it('loses no count when many count at once', async () => {
      await Promise.all(Array.from({ length: 50 }, () => state.increment('n', 1, 1_000)));
      expect(await state.get('n')).toBe('50');
    });
  });
}
