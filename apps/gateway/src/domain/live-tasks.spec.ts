import { describe, expect, it, vi } from 'vitest';
import { LiveTasks } from './live-tasks.ts';

const text = (seq: number, type = 'StepDispatched', data: object = {}): string =>
  JSON.stringify({ seq, type, time: 't', data });
const apply = (tasks: LiveTasks, id: string, seq: number, type = 'StepDispatched'): string =>
  tasks.apply(id, type, text(seq, type));

describe('recent tasks', () => {
  it('keep their events in order and drop what comes again', () => {
    const tasks = new LiveTasks(1e6);
    expect([apply(tasks, 'a', 1), apply(tasks, 'a', 2), apply(tasks, 'a', 2), apply(tasks, 'a', 1)]).toEqual([
      'new',
      'new',
      'old',
      'old',
    ]);
    expect(tasks.find('a')).toMatchObject({ first: 1, last: 2, ended: false });
  });

  it('begin in the middle when the task is older than the process', () => {
    const tasks = new LiveTasks(1e6);
    expect([apply(tasks, 'a', 7), apply(tasks, 'a', 8)]).toEqual(['new', 'new']);
    expect(tasks.find('a')).toMatchObject({ first: 7, last: 8 });
  });

  it('hold what is after a gap', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    expect(apply(tasks, 'a', 3)).toBe('new');
    expect(tasks.find('a')).toMatchObject({ first: 3, last: 3 });
  });

  it('pass over what cannot be read', () => expect(new LiveTasks(1e6).apply('a', 'X', 'nonsense')).toBe('unreadable'));

  it('show what was submitted until the first event', () => {
    const tasks = new LiveTasks(1e6);
    const task = tasks.submit('a', '{"goal":"g"}');
    expect(task.submission()).toEqual({ goal: 'g' });
    apply(tasks, 'a', 1);
    tasks.submit('a', '{"goal":"again"}');
    expect(task.submission()).toBeUndefined();
  });

  it('tell watchers what is new, and nothing else', () => {
    const tasks = new LiveTasks(1e6);
    const watcher = vi.fn<() => void>();
    apply(tasks, 'a', 1);
    tasks.find('a')!.watchers.add(watcher);
    apply(tasks, 'a', 1);
    expect(watcher).not.toHaveBeenCalled();
    apply(tasks, 'a', 2, 'TaskCompleted');
    expect(watcher).toHaveBeenCalledTimes(1);
    expect(tasks.find('a')!.ended).toBe(true);
  });

  it('are bounded: the oldest go, watched ones stay', () => {
    const tasks = new LiveTasks(10_000);
    apply(tasks, 'watched', 1);
    tasks.find('watched')!.watchers.add(() => undefined);
    for (let n = 0; n < 100; n += 1) apply(tasks, `t${n}`, 1);
    expect(tasks.bytes).toBeLessThanOrEqual(10_000);
    expect(tasks.find('t0')).toBeUndefined();
    expect(tasks.find('t99')).toBeDefined();
    expect(tasks.find('watched')).toBeDefined();
  });

  it('that have ended push out each other, and no task that runs', () => {
    const tasks = new LiveTasks(10_000);
    apply(tasks, 'running', 1);
    for (let n = 0; n < 100; n += 1)
      for (const seq of [1, 2]) apply(tasks, `t${n}`, seq, seq === 2 ? 'TaskCompleted' : 'X');
    expect(tasks.bytes).toBeLessThanOrEqual(3_000);
    expect([tasks.find('running')?.last, tasks.find('t99')?.last, tasks.find('t90')]).toEqual([1, 2, undefined]);
  });

  it('are counted with what they hold, not with what was dropped', () => {
    const tasks = new LiveTasks(1e6);
    const whole = new LiveTasks(1e6);
    const token = { step_id: 's', work_id: 'w', epoch: 1, turn: 0, index: 0, text: 'x' };
    for (let offset = 0; offset < 100; offset += 1) tasks.addToken('a', { ...token, offset });
    const done = text(1, 'StepCompleted', { work_id: 'w', epoch: 1, turn: 0 });
    for (const all of [tasks, whole]) all.apply('a', 'StepCompleted', done);
    expect(tasks.bytes).toBe(whole.bytes);
    for (let offset = 100; offset < 200; offset += 1) tasks.addToken('a', { ...token, epoch: 2, offset });
    for (const all of [tasks, whole]) apply(all, 'a', 2, 'TaskCompleted');
    expect(tasks.bytes).toBe(whole.bytes);
    apply(tasks, 'b', 1);
    const one = tasks.bytes;
    apply(tasks, 'b', 3);
    expect(tasks.bytes).toBe(one);
  });

  it('go on when everything is watched', () => {
    const tasks = new LiveTasks(1_000);
    for (let n = 0; n < 20; n += 1) tasks.watch(`t${n}`).watchers.add(() => undefined);
    expect(tasks.size).toBe(20);
  });
});

describe('tokens of a task', () => {
  const token = (offset: number, work = 'w', epoch = 1, turn = 0) => ({
    step_id: 's',
    work_id: work,
    epoch,
    turn,
    index: offset,
    text: 'x',
    offset,
  });
  const ends = (type: string, data: object) => (tasks: LiveTasks, seq: number) =>
    tasks.apply('a', type, text(seq, type, data));

  it('are bounded however much an agent says and whoever watches: the oldest go first', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    tasks.find('a')!.watchers.add(() => undefined);
    for (let offset = 0; offset < 100; offset += 1) tasks.addToken('a', { ...token(offset), text: 'x'.repeat(1e6) });
    expect(tasks.bytes).toBeLessThan(5e6);
    expect(
      tasks
        .find('a')!
        .tokensAfter(97)
        .map(({ offset }) => offset),
    ).toEqual([98, 99]);
    apply(tasks, 'a', 2, 'TaskCompleted');
    expect(tasks.bytes).toBeLessThan(1e3);
  });

  it('are dropped in favour of the event that ends their activation', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    for (const one of [token(0), token(1, 'other'), token(2, 'w', 1, 1), token(3, 'w', 2)]) tasks.addToken('a', one);
    ends('StepSuspended', { work_id: 'w', epoch: 1, turn: 0 })(tasks, 2);
    expect(
      tasks
        .find('a')!
        .tokensAfter(-1)
        .map((left) => left.offset),
    ).toEqual([1, 2, 3]);
    ends('StepRetryScheduled', { work_id: 'w', epoch: 1 })(tasks, 3);
    expect(
      tasks
        .find('a')!
        .tokensAfter(-1)
        .map((left) => left.offset),
    ).toEqual([1, 3]);
    expect(
      tasks
        .find('a')!
        .tokensAfter(1)
        .map((left) => left.offset),
    ).toEqual([3]);
  });

  it('that come twice are kept once', () => {
    const tasks = new LiveTasks(1e6);
    for (const offset of [4, 5, 4, 5]) tasks.addToken('a', token(offset));
    expect(
      tasks
        .find('a')!
        .tokensAfter(-1)
        .map((left) => left.offset),
    ).toEqual([4, 5]);
  });

  it('whose records come twice are kept once, and not after the event that ended their activation', () => {
    const tasks = new LiveTasks(1e6);
    const offsets = () =>
      tasks
        .find('a')!
        .tokensAfter(-1)
        .map((left) => left.offset);
    apply(tasks, 'a', 1);
    for (const one of [token(0), { ...token(1), index: 0 }, token(2, 'other'), { ...token(3), index: 1 }])
      tasks.addToken('a', one);
    expect(offsets()).toEqual([0, 2, 3]);
    ends('StepCompleted', { work_id: 'w', epoch: 1, turn: 0 })(tasks, 2);
    tasks.addToken('a', { ...token(4), index: 1 });
    tasks.addToken('a', { ...token(5), index: 2 });
    expect(offsets()).toEqual([2]);
    tasks.addToken('a', { ...token(6, 'w', 2), index: 0 });
    expect(offsets()).toEqual([2, 6]);
  });

  it('are not taken any more when the event that ends their activation was heard before the first of them', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    ends('StepSuspended', { work_id: 'w', epoch: 1, turn: 0 })(tasks, 2);
    ends('StepCompleted', { work_id: 'other', epoch: 1, turn: 0 })(tasks, 3);
    tasks.apply('a', 'StepDispatched', text(4, 'StepDispatched', { work_id: 'w', epoch: 1, turn: 1 }));
    for (const one of [token(0), token(1, 'other'), token(2, 'w', 1, 1), token(3, 'third')]) tasks.addToken('a', one);
    expect(
      tasks
        .find('a')!
        .tokensAfter(-1)
        .map((left) => left.offset),
    ).toEqual([2, 3]);
  });

  it('of many steps at once are told apart from those of activations that have ended', () => {
    const tasks = new LiveTasks(1e8);
    const output = { text: 'He said "so". '.repeat(300) };
    for (let n = 1; n <= 1_000; n += 1)
      ends('StepCompleted', { work_id: `done ${n}`, epoch: 1, turn: 0, output })(tasks, n);
    for (let n = 0; n < 1_000; n += 1) tasks.addToken('a', token(n, `new ${n}`));
    expect(tasks.find('a')!.tokensAfter(-1)).toHaveLength(1_000);
    tasks.addToken('a', token(1_000, 'done 7'));
    ends('StepCompleted', { work_id: 'silent', epoch: 1, turn: 0 })(tasks, 1_001);
    tasks.addToken('a', token(1_001, 'silent'));
    expect(tasks.find('a')!.tokensAfter(-1)).toHaveLength(1_000);
  });

  it('end with the task', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    tasks.addToken('a', token(0));
    apply(tasks, 'a', 2, 'TaskCancelled');
    tasks.addToken('a', token(1));
    expect(tasks.find('a')!.tokensAfter(-1)).toEqual([]);
  });

  it('are put out when the store knows better, unless they are watched or another one has taken the place', () => {
    const tasks = new LiveTasks(1e6);
    apply(tasks, 'a', 1);
    const first = tasks.find('a')!;
    const watcher = (): void => {};
    first.watchers.add(watcher);
    tasks.putOut(first);
    expect(tasks.find('a')).toBe(first);
    tasks.unwatch(first, watcher);
    expect(tasks.find('a')).toBe(first);
    tasks.putOut(first);
    expect([tasks.size, tasks.bytes]).toEqual([0, 0]);
    apply(tasks, 'a', 1);
    tasks.putOut(first);
    expect(tasks.size).toBe(1);
  });

  it('have no place when it was made for watchers only, and they are gone', () => {
    const tasks = new LiveTasks(1e6);
    const watchers = [(): void => {}, (): void => {}];
    for (const watcher of watchers) tasks.watch('a').watchers.add(watcher);
    tasks.unwatch(tasks.find('a')!, watchers[0]!);
    expect(tasks.size).toBe(1);
    tasks.unwatch(tasks.find('a')!, watchers[1]!);
    expect([tasks.size, tasks.bytes]).toEqual([0, 0]);
  });
});
