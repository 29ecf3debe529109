import { expect, it } from 'vitest';
import type { OutgoingMessage } from '@waybill/contracts';
import { CancelledPlans } from './cancelled-plans.ts';
import { RecentResults } from './recent-results.ts';

const day = 24 * 3_600_000;

it('forgets a cancelled plan after a day, and the oldest when there are too many', () => {
  const plans = new CancelledPlans(2);
  plans.add('a', 0);
  expect(plans.has('a', day - 1)).toBe(true);
  expect(plans.has('a', day)).toBe(false);
  plans.add('b', 1);
  plans.add('a', 2);
  plans.add('c', 3);
  expect(['a', 'b', 'c'].map((plan) => plans.has(plan, 4))).toEqual([true, false, true]);
  plans.add('d', 2 * day);
  expect(plans.size).toBe(1);
});

it('forgets results by number and by size', () => {
  const message = (chars: number): OutgoingMessage[] => [
    { topic: 't', key: 'k', headers: {}, value: 'x'.repeat(chars) },
    { topic: 't', key: 'k', headers: {}, value: null },
  ];
  const results = new RecentResults(2, 100);
  for (const key of ['a', 'b', 'c']) results.add(key, message(10));
  expect(['a', 'b', 'c'].map((key) => results.get(key) !== undefined)).toEqual([false, true, true]);
  results.add('d', message(90));
  expect(['b', 'c', 'd'].map((key) => results.get(key) !== undefined)).toEqual([false, true, true]);
  results.add('e', message(101));
  expect(results.get('e')).toBeUndefined();
  results.add('f', message(100));
  expect(results.get('f')).toBeDefined();
  results.add('g', message(1));
  results.add('g', message(2));
  expect(results.get('g')![0]!.value).toHaveLength(2);
});

it('remembers at least half of what it may', () => {
  const results = new RecentResults(10, 1_000);
  const keys = Array.from({ length: 12 }, (_, at) => String(at));
  for (const key of keys) {
    results.add(key, []);
    const newest = keys.slice(0, keys.indexOf(key) + 1).slice(-5);
    expect(newest.filter((one) => results.get(one) === undefined)).toEqual([]);
  }
});

it('never holds more characters than it may', () => {
  const results = new RecentResults(1_000, 100);
  const keys = Array.from({ length: 12 }, (_, at) => String(at));
  const message = (chars: number): OutgoingMessage[] => [
    { topic: 't', key: 'k', headers: {}, value: 'x'.repeat(chars) },
  ];
  const left = (): number => keys.filter((one) => results.get(one) !== undefined).length;
  for (const key of keys) {
    results.add(key, message(30));
    expect(results.get(key)).toBeDefined();
    expect(left()).toBeLessThanOrEqual(3);
  }
  results.add('large', message(90));
  expect([results.get('large') !== undefined, left()]).toEqual([true, 0]);
});
