import { expect, it, onTestFinished, vi } from 'vitest';
import { firstOf } from './first-of.ts';

function asking(atOnce = 3, signal?: AbortSignal) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const asked: string[] = [];
  const answers = ['a', 'b', 'c'].map((name) => ({ name, ...Promise.withResolvers<string>() }));
  const asks = answers.map(({ name, promise }) => () => {
    asked.push(name);
    return promise;
  });
  return { asked, answers, first: firstOf(asks, { hedgeMs: 500, atOnce, ...(signal && { signal }) }) };
}

it('asks the next one after a while, and takes whichever answers first', async () => {
  const { asked, answers, first } = asking();
  await vi.advanceTimersByTimeAsync(499);
  expect(asked).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(['a', 'b']);
  answers[0]!.resolve('of a');
  expect(await first).toBe('of a');
  await vi.runAllTimersAsync();
  expect([asked, vi.getTimerCount()]).toEqual([['a', 'b'], 0]);
});

it('asks the next one at once where one fails, and fails with the last', async () => {
  const { asked, answers, first } = asking();
  first.catch(() => {});
  for (const [at, { reject }] of answers.entries()) {
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(at + 1);
    reject(new Error(`no ${at}`));
  }
  await expect(first).rejects.toThrow('no 2');
  await expect(firstOf([], { hedgeMs: 500, atOnce: 0 })).rejects.toThrow('there is nobody to ask');
});

it('asks the others in their time, whatever fails', async () => {
  const { asked, answers, first } = asking(2);
  answers[0]!.reject(new Error('no'));
  answers[1]!.reject(new Error('no'));
  await vi.advanceTimersByTimeAsync(499);
  expect(asked).toEqual(['a', 'b']);
  await vi.advanceTimersByTimeAsync(1);
  answers[2]!.resolve('of c');
  expect(await first).toBe('of c');
});

it('asks nobody any more once that is given up, and settles when those who were asked have', async () => {
  const end = new AbortController();
  const { asked, answers, first } = asking(3, end.signal);
  const told = first.catch(String);
  end.abort();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([asked, vi.getTimerCount()]).toEqual([['a'], 0]);
  answers[0]!.reject(new Error('too late'));
  expect(await told).toBe('Error: too late');
});
