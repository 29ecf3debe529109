import { describe, expect, it } from 'vitest';
import { LiveTasks } from '../domain/live-tasks.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';
import { ReadTasks } from './read-tasks.ts';

const taskId = '01a22657-aa51-7b94-a970-9daddfcb6387';
const eventOf = (seq: number, chars: number): string =>
  JSON.stringify({
    seq,
    type: seq === 40 ? 'TaskCompleted' : 'StepCompleted',
    time: '',
    data: { output: 'x'.repeat(chars) },
  });
const fresh = { wait: () => Promise.resolve() } as unknown as FreshReads;

/** Forty events, in memory or in the store. */
function tasksOf(chars: number, where: 'live' | 'stored'): ReadTasks {
  const texts = Array.from({ length: 40 }, (_, at) => eventOf(at + 1, chars));
  const live = new LiveTasks(where === 'live' ? 1e9 : 0);
  if (where === 'live') for (const text of texts) live.apply(taskId, 'StepCompleted', text);
  const model: Partial<ReadModel> = {
    findTask: () => Promise.resolve({ taskId, status: 'completed', lastSeq: texts.length }),
    eventsAfter: (_, seq, limit) => Promise.resolve(texts.slice(seq, seq + limit)),
  };
  return new ReadTasks(live, model as ReadModel, fresh);
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
