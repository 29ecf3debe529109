import { describe, expect, it } from 'vitest';
import { LiveTasks } from './live-tasks.ts';

const text = (seq: number): string => JSON.stringify({ seq, type: 'X', time: 't', data: 'x'.repeat(1_000) });
const watcher = (): void => {};
const apply = (tasks: LiveTasks, id: string, seq = 1, type = 'X'): void => void tasks.apply(id, type, text(seq));

describe('the memory of tasks that were watched', () => {
  it('is free again when nobody watches them any more, also where nothing comes', () => {
    const tasks = new LiveTasks(10_000);
    for (let n = 0; n < 100; n += 1) {
      tasks.watch(`t${n}`).watchers.add(watcher);
      apply(tasks, `t${n}`, 1, n % 2 === 0 ? 'TaskCompleted' : 'X');
    }
    expect(tasks.size).toBe(100);
    for (let n = 0; n < 100; n += 1) tasks.unwatch(tasks.find(`t${n}`)!, watcher);
    expect(tasks.bytes).toBeLessThanOrEqual(10_000);
  });

  it('is not looked through with each event, however many there are', () => {
    let looks = 0;
    class Watchers extends Set<() => void> {
      override get size(): number {
        looks += 1;
        return 1;
      }
    }
    const tasks = new LiveTasks(100_000);
    for (let n = 0; n < 1_000; n += 1) Object.assign(tasks.watch(`t${n}`), { watchers: new Watchers() });
    for (let n = 0; n < 1_000; n += 1) apply(tasks, `t${n}`);
    looks = 0;
    for (let n = 0; n < 1_000; n += 1) apply(tasks, `t${n}`, 2);
    expect(looks).toBeLessThan(500_000);
    expect(tasks.size).toBe(1_000);
  });
});
