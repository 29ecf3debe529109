import { ManualClock } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { LiveTasks } from '../domain/live-tasks.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { FreshReads } from './fresh-reads.ts';
import { ReadTasks } from './read-tasks.ts';

const taskId = '01a22657-aa51-7b94-a970-9daddfcb6387';
const eventOf = (seq: number, chars: number): string =>
  JSON.stringify({
    seq,
    type: seq === 40 ? 'TaskCompleted' : 'StepCompleted',
    time: '',
    data: { output: 'x'.repeat(chars) },
  });
const clock = new ManualClock();
const ends = { endOffsets: () => Promise.resolve([]) };
const fresh = new FreshReads({ log: ends, reader: { waitFor: () => Promise.resolve() }, clock, patienceMs: 2_000 });

/** Forty events, in memory or in the store. */
function tasksOf(chars: number, where: 'live' | 'stored'): ReadTasks {
  const texts = Array.from({ length: 40 }, (_, at) => eventOf(at + 1, chars));
  const live = new LiveTasks(where === 'live' ? 1e9 : 0);
  if (where === 'live') for (const text of texts) live.apply(taskId, 'StepCompleted', text);
  const model: Partial<ReadModel> = {
    findTask: () => Promise.resolve({ taskId, status: 'completed', lastSeq: texts.length }),
    eventsAfter: (_, seq, limit) => Promise.resolve(texts.slice(seq, seq + limit)),
  };
  return new ReadTasks(live, model as ReadModel, fresh, clock);
}

describe.each(['live', 'stored'] as const)('a page of events that are %s', (where) => {
  const pagesOf = async (chars: number): Promise<number[]> => {
    const tasks = tasksOf(chars, where);
    const counts: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page = JSON.parse(await tasks.eventPage(taskId, after, 1_000)) as {
        events: unknown[];
        next: number | null;
      };
      counts.push(page.events.length);
      after = page.next;
    }
    return counts;
  };

  it('holds as many as are asked for', async () => expect(await pagesOf(100)).toEqual([40]));
  it('holds fewer when they are large, and the next one goes on', async () =>
    expect(await pagesOf(1_000_000)).toEqual([16, 16, 8]));
});

describe('a task that runs in memory', () => {
  /** Its last event is so old, ms. */
  function running(age: number, findTask: ReadModel['findTask'], eventsAfter?: ReadModel['eventsAfter']) {
    const live = new LiveTasks(1e9);
    const time = new Date(clock.now() - age).toISOString();
    for (const seq of [1, 2, 3])
      live.apply(taskId, 'StepDispatched', JSON.stringify({ seq, type: 'StepDispatched', time, data: {} }));
    return { live, tasks: new ReadTasks(live, { findTask, eventsAfter } as ReadModel, fresh, clock) };
  }
  const ended = () => Promise.resolve({ taskId, status: 'completed', lastSeq: 13 });

  it('is what the read model says when that is further and nothing was heard for long: its first events may have come again after its end', async () => {
    const { live, tasks } = running(2_001, ended);
    expect(await tasks.status(taskId)).toBe('completed');
    expect(live.find(taskId)).toBeUndefined();
  });

  it('is looked for in the read model too when it is of a time that has not come here: a clock was set', async () => {
    const { tasks } = running(-3_600_000, ended);
    expect(await tasks.status(taskId)).toBe('completed');
  });

  it('is answered at once when something was heard of it just now', () => {
    const { tasks } = running(2_000, () => Promise.reject(new Error('asked')));
    expect(tasks.find(taskId)).toHaveProperty('live.last', 3);
  });

  it('is never shown with fewer events than before, although its first ones came again just now', async () => {
    const { live, tasks } = running(0, ended);
    live.passed(taskId, 13);
    expect(await tasks.status(taskId)).toBe('completed');
    expect(live.find(taskId)).toBeUndefined();
  });

  it('is never shown with fewer events than the read model had, although the tail is behind it', async () => {
    const { live, tasks } = running(0, ended);
    live.putOut(live.find(taskId)!);
    expect(await tasks.status(taskId)).toBe('completed');
    const time = new Date(clock.now()).toISOString();
    live.apply(taskId, 'StepDispatched', JSON.stringify({ seq: 1, type: 'StepDispatched', time, data: {} }));
    expect(await tasks.status(taskId)).toBe('completed');
  });

  it.each([
    ['were read', (tasks: ReadTasks) => tasks.metrics(taskId)],
    ['were paged', (tasks: ReadTasks) => tasks.eventPage(taskId, 0, 1_000)],
  ])(
    'is never shown with fewer events than the read model had when these %s, a moment after its row',
    async (_, read) => {
      const time = new Date(clock.now()).toISOString();
      const event = (seq: number): string => JSON.stringify({ seq, type: 'StepDispatched', time, data: {} });
      const row = { taskId, status: 'running', lastSeq: 4 };
      const stored = [1, 2, 3, 4, 5].map(event);
      const { live, tasks } = running(
        0,
        () => Promise.resolve(row),
        () => Promise.resolve(stored),
      );
      live.passed(taskId, 4);
      await read(tasks);
      for (const seq of [1, 2, 3, 4]) live.apply(taskId, 'StepDispatched', event(seq));
      expect(await tasks.find(taskId)).toHaveProperty('stored');
    },
  );

  it('is believed after a page of events was asked for that lies beyond its end', async () => {
    const time = new Date(clock.now()).toISOString();
    const row = { taskId, status: 'running', lastSeq: 3 };
    const nothing: string[] = [];
    const { live, tasks } = running(
      0,
      () => Promise.resolve(row),
      () => Promise.resolve(nothing),
    );
    live.passed(taskId, 4);
    await tasks.eventPage(taskId, 1_000, 10);
    for (const seq of [1, 2, 3, 4])
      live.apply(taskId, 'StepDispatched', JSON.stringify({ seq, type: 'StepDispatched', time, data: {} }));
    expect(tasks.find(taskId)).toHaveProperty('live.last', 4);
  });

  it.each([
    ['is not as far', () => Promise.resolve({ taskId, status: 'running', lastSeq: 3 })],
    ['does not know it yet', () => Promise.resolve(undefined)],
    ['is away', () => Promise.reject(new Error('no database'))],
  ])('is believed when the read model %s', async (_, findTask) => {
    const { tasks } = running(60_000, findTask);
    expect(await tasks.find(taskId)).toHaveProperty('live.last', 3);
  });

  it('is believed when the read model does not answer in time', async () => {
    const { tasks } = running(60_000, () => new Promise(() => {}));
    const found = tasks.find(taskId);
    clock.advance(2_000);
    expect(await found).toHaveProperty('live.last', 3);
  });

  it('is read from the store when memory has lost its beginning while the read model was asked', async () => {
    const row = { taskId, status: 'running', lastSeq: 9 };
    let asked = 0;
    const { live, tasks } = running(60_000, () => {
      asked += 1;
      if (asked > 1) return Promise.resolve(row);
      live.apply(taskId, 'StepDispatched', eventOf(9, 1)); // 4 to 8 came before memory had the task again
      return Promise.reject(new Error('no database'));
    });
    expect(await tasks.find(taskId)).toEqual({ stored: row });
  });

  it('is looked for in the read model also while none of its events has come', async () => {
    const live = new LiveTasks(1e9);
    live.submit(taskId, '{}');
    const later = new ManualClock(Date.parse('2030-01-01T00:00:00Z'));
    const tasks = new ReadTasks(live, { findTask: ended } as unknown as ReadModel, fresh, later);
    expect(await tasks.status(taskId)).toBe('completed');
  });
});
