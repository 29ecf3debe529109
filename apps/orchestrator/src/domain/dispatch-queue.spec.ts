import { describe, expect, it } from 'vitest';
import { DispatchQueue } from './dispatch-queue.ts';

describe('the dispatch queue', () => {
  it('hands out the most urgent plan first, and equal ones in the order they came', () => {
    const queue = new DispatchQueue(10);
    queue.add('slow', 0);
    queue.add('first', 5);
    queue.add('second', 5);
    queue.add('urgent', 9);
    expect([queue.next(), queue.next(), queue.next(), queue.next(), queue.next()]).toEqual([
      'urgent',
      'first',
      'second',
      'slow',
      undefined,
    ]);
  });

  it('holds back when all credits are used, and goes on when one comes back', () => {
    const queue = new DispatchQueue(1);
    queue.add('a', 5);
    queue.opened(1);
    expect(queue.next()).toBeUndefined();
    queue.closed(1);
    expect(queue.next()).toBe('a');
  });

  it('has a plan once, however often it is added', () => {
    const queue = new DispatchQueue(10);
    queue.add('a', 5);
    queue.add('a', 5);
    expect([queue.next(), queue.next()]).toEqual(['a', undefined]);
  });

  it('forgets a plan that was removed', () => {
    const queue = new DispatchQueue(10);
    queue.add('a', 5);
    queue.remove('a', 5);
    expect(queue.next()).toBeUndefined();
  });
});
