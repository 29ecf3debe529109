import { stripVTControlCharacters } from 'node:util';
import type { PlanEvent } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { answerText } from './answer.ts';
import { duration, shorten } from './style.ts';
import { TaskProgress } from './task-progress.ts';

const time = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();
const step = { step_id: 'writer', work_id: 'p.1', epoch: 1, turn: 0 };
const usage = { prompt_tokens: 3, completion_tokens: 4 };
const error = { class: 'transient' as const, code: 'model_failed', detail: 'no answer' };

const shown = (...events: PlanEvent[]): string[] => {
  const progress = new TaskProgress();
  return events.flatMap((event) => progress.linesFor(event)).map((line) => stripVTControlCharacters(line));
};

const accepted: PlanEvent = {
  seq: 1,
  type: 'TaskAccepted',
  time: time(0),
  data: { input: {}, priority: 5, labels: {}, budget: {} },
};
const dispatched: PlanEvent = {
  seq: 2,
  type: 'StepDispatched',
  time: time(10),
  data: {
    ...step,
    agent: 'writer',
    queue: 'agent.writer',
    input: {},
    journal: [],
    max_tokens: 0,
    priority: 5,
    deadline_at: 0,
  },
};

describe('the progress of a task', () => {
  it('shows how long a step took from its first start', () => {
    const completed: PlanEvent = { seq: 3, type: 'StepCompleted', time: time(52), data: { ...step, output: 1, usage } };
    expect(shown(accepted, dispatched, completed)).toEqual(['  ▸ writer     started', '  ✓ writer     42 ms']);
  });

  it('says when a step is tried again, and which attempt it is', () => {
    const retry: PlanEvent = {
      seq: 3,
      type: 'StepRetryScheduled',
      time: time(20),
      data: { step_id: 'writer', work_id: 'p.1', epoch: 1, error, usage, retry_at: 1_700_000_000_000 + 520 },
    };
    const again: PlanEvent = { ...dispatched, seq: 4, data: { ...dispatched.data, epoch: 2 } } as PlanEvent;
    expect(shown(dispatched, retry, again)).toEqual([
      '  ▸ writer     started',
      '  ↻ writer     no answer (again in 500 ms)',
      '  ▸ writer     attempt 2',
    ]);
  });

  it('counts the passages that a search found', () => {
    const found: PlanEvent = {
      seq: 3,
      type: 'CallCompleted',
      time: time(20),
      data: { ...step, ordinal: 0, observation: { hits: [1, 2] } },
    };
    expect(shown(found)).toEqual(['  · writer     found 2 passages']);
  });

  it('says which of several searches found them', () => {
    const calls = ['who', 'when'].map((query, ordinal) => ({
      ordinal,
      call: { kind: 'knowledge.search', input: { query } },
    }));
    const asked = {
      seq: 3,
      type: 'StepSuspended',
      time: time(20),
      data: { ...step, calls, usage, deadline_at: 0 },
    } as PlanEvent;
    const found = (ordinal: number): PlanEvent => ({
      seq: 4,
      type: 'CallCompleted',
      time: time(30),
      data: { ...step, ordinal, observation: { hits: [1] } },
    });
    expect(shown(asked, found(1), found(0)).slice(2)).toEqual([
      '  · writer     found 1 passage  when',
      '  · writer     found 1 passage  who',
    ]);
  });

  it('ends with what it took, or with why it failed', () => {
    const total = { ...usage, steps: 1 };
    expect(
      shown(accepted, { seq: 9, type: 'TaskCompleted', time: time(1_500), data: { output: null, usage: total } }),
    ).toEqual(['', 'completed in 1.5 s, 1 activation, 7 tokens']);
    expect(shown(accepted, { seq: 9, type: 'TaskFailed', time: time(5), data: { error, usage: total } })).toEqual([
      '',
      'failed (model_failed): no answer',
    ]);
    expect(
      shown(accepted, { seq: 9, type: 'TaskCancelled', time: time(5), data: { reason: 'enough', usage: total } }),
    ).toEqual(['', 'cancelled: enough']);
  });
});

describe('the output of a task', () => {
  it('is the answer when it has one, and JSON otherwise', () => {
    expect(answerText({ answer: 'yes', citations: [] })).toBe('yes');
    expect(answerText('plain')).toBe('plain');
    expect(answerText({ n: 1 })).toBe('{\n  "n": 1\n}');
  });
});

describe('words for a terminal', () => {
  it('give times in a unit that people read', () => {
    expect([duration(12.4), duration(1_449), duration(200_000)]).toEqual(['12 ms', '1.4 s', '3 min 20 s']);
  });

  it('keep a text on one line', () => {
    expect(shorten(' a\n b  c ', 10)).toBe('a b c');
    expect(shorten('abcdef', 4)).toBe('abc…');
  });
});
