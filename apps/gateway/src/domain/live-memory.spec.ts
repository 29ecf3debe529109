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

  it('is no longer counted as theirs once they have let go of it', () => {
    const tasks = new LiveTasks(10_000);
    tasks.watch('a').watchers.add(watcher);
    const token = { step_id: 's', work_id: 'w', epoch: 1, turn: 0, text: 'x'.repeat(1_000) };
    for (let n = 0; n < 50; n += 1) tasks.addToken('a', { ...token, index: n, offset: n });
    tasks.apply('a', 'StepCompleted', JSON.stringify({ seq: 1, type: 'StepCompleted', time: 't', data: token }));
    for (let n = 0; n < 20; n += 1) apply(tasks, `t${n}`);
    expect(tasks.bytes).toBeLessThanOrEqual(15_000);
  });

  it('does not hold on to a large one that nobody watches once another one is touched', () => {
    const tasks = new LiveTasks(10_000);
    for (let seq = 1; seq <= 20; seq += 1) apply(tasks, 'large', seq);
    tasks.apply('other', 'X', '{"seq":1,"type":"X","time":"t"}');
    expect(tasks.bytes).toBeLessThanOrEqual(10_000);
    expect(tasks.find('large')).toBeUndefined();
  });

  it('is bounded again once a watched task holds less than it did', () => {
    const tasks = new LiveTasks(10_000);
    tasks.watch('a').watchers.add(watcher);
    for (let seq = 1; seq <= 50; seq += 1) apply(tasks, 'a', seq);
    apply(tasks, 'a', 99); // after a gap it holds this event alone
    for (let n = 0; n < 20; n += 1) apply(tasks, `t${n}`);
    expect(tasks.bytes).toBeLessThanOrEqual(10_000);
  });

  it('is bounded also when what nobody watches grows', () => {
    const tasks = new LiveTasks(10_000);
    for (let seq = 1; seq <= 50; seq += 1) for (const id of ['a', 'b']) apply(tasks, id, seq);
    expect(tasks.bytes).toBeLessThanOrEqual(12_000);
  });

  it('is bounded again once watched tasks have ended and are left', () => {
    const tasks = new LiveTasks(10_000);
    const ids = Array.from({ length: 50 }, (_, n) => `t${n}`);
    for (const id of ids) tasks.watch(id).watchers.add(watcher);
    for (const id of ids) apply(tasks, id);
    for (const id of ids) apply(tasks, id, 2, 'TaskCompleted');
    for (const id of ids) tasks.unwatch(tasks.find(id)!, watcher);
    for (let n = 50; n < 70; n += 1) apply(tasks, `t${n}`);
    expect(tasks.bytes).toBeLessThanOrEqual(10_000);
  });

  it.each([
    ['those that are watched', (n: number) => `t${n}`],
    ['a large one that nobody watches', () => 'large'],
  ])('is not looked through with each event of %s, however many are watched', (_, idOf) => {
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
    for (let seq = 2; seq <= 100; seq += 1) apply(tasks, 'large', seq);
    looks = 0;
    for (let n = 0; n < 1_000; n += 1) apply(tasks, idOf(n), tasks.find(idOf(n))!.last + 1);
    expect(looks).toBeLessThan(500_000);
    expect(tasks.size).toBeGreaterThanOrEqual(1_000);
  });
});

describe('a task that comes again', () => {
  it('is behind what it was when it was put out', () => {
    const tasks = new LiveTasks(10_000);
    for (const seq of [1, 2, 3]) apply(tasks, 'a', seq);
    for (let n = 0; n < 20; n += 1) apply(tasks, `t${n}`);
    expect(tasks.find('a')).toBeUndefined();
    for (const seq of [1, 2]) apply(tasks, 'a', seq);
    expect(tasks.isBehind(tasks.find('a')!)).toBe(true);
    apply(tasks, 'a', 3);
    expect(tasks.isBehind(tasks.find('a')!)).toBe(false);
  });

  it('is behind what it was when it was put out after its end', () => {
    const tasks = new LiveTasks(10_000);
    for (const seq of [1, 2]) apply(tasks, 'a', seq, seq === 2 ? 'TaskCompleted' : 'X');
    for (let n = 0; n < 5; n += 1) apply(tasks, `t${n}`, 1, 'TaskCompleted');
    expect(tasks.find('a')).toBeUndefined();
    apply(tasks, 'a');
    expect(tasks.isBehind(tasks.find('a')!)).toBe(true);
  });

  it('is behind what the store has', () => {
    const tasks = new LiveTasks(10_000);
    tasks.passed('a', 2);
    tasks.passed('a', 1);
    apply(tasks, 'a');
    expect(tasks.isBehind(tasks.find('a')!)).toBe(true);
  });

  it('is not known any more among very many', () => {
    const tasks = new LiveTasks(10_000);
    for (let n = 0; n < 10_000; n += 1) tasks.passed(`t${n}`, 2);
    tasks.passed('t0', 2);
    tasks.passed('t10000', 2);
    for (const id of ['t0', 't1']) apply(tasks, id);
    expect([tasks.isBehind(tasks.find('t0')!), tasks.isBehind(tasks.find('t1')!)]).toEqual([true, false]);
  });
});
