import { expect, it } from 'vitest';
import { hotStateContract } from '../contract/hot-state.contract.ts';
import { MemoryHotState } from './memory-hot-state.ts';

hotStateContract('MemoryHotState', () => {
  let now = 0;
  const pass = (ms: number): Promise<void> => {
    now += ms;
    return Promise.resolve();
  };
  return Promise.resolve({ state: new MemoryHotState({ now: () => now }), pass });
});

it('lets the oldest go when it is full, those first whose time is over', async () => {
  let now = 0;
  const state = new MemoryHotState({ now: () => now, maxEntries: 3 });
  await state.set('old', '1', 1_000);
  await state.set('brief', '2', 10);
  await state.set('young', '3', 1_000);
  now = 20;
  await state.set('d', '4', 1_000);
  expect(await state.get('old')).toBe('1');
  expect(await state.get('brief')).toBeUndefined();
  await state.set('e', '5', 1_000);
  expect(await state.get('old')).toBeUndefined();
  expect(await state.get('young')).toBe('3');
});
