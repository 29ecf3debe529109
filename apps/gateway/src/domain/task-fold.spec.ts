import { StepView, TaskMetrics, TaskView, type PlanEvent } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { foldStep } from './step-fold.ts';
import { foldTask } from './task-fold.ts';
import { measureTask } from './task-metrics.ts';

const taskId = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const usage = (prompt: number, completion: number) => ({ prompt_tokens: prompt, completion_tokens: completion });
const at = (seconds: number): string => `2026-11-21T10:00:${String(seconds).padStart(2, '0')}.000Z`;
const of = (step: string, epoch = 1, turn = 0) => ({ step_id: step, work_id: `${taskId}:${step}`, epoch, turn });
const retry = { max_attempts: 4, initial_ms: 1, factor: 2, max_ms: 9 };
const planned = (step: string, agent: string, needs: string[]) => ({
  step_id: step,
  work_id: `${taskId}:${step}`,
  agent,
  queue: `agent.${agent}`,
  needs,
  with: { n: 1 },
  reason: 'r',
  retry,
  timeout_ms: 1,
  max_tokens: 1,
});
const error = { class: 'transient', code: 'model_failed', detail: 'x' } as const;
const dispatched = (step: string, epoch = 1, turn = 0) => ({
  ...of(step, epoch, turn),
  agent: 'a',
  queue: 'q',
  input: {},
  journal: [],
  max_tokens: 0,
  priority: 5,
  deadline_at: 0,
});
const accepted = {
  goal: 'g',
  input: { a: 1 },
  priority: 7,
  deadline_at: 1_800_000_000_000,
  labels: { team: 'x' },
  budget: { tokens: 5 },
};
const plan = {
  planner: 'rules',
  name: 'n',
  version: 1,
  steps: [planned('find', 'retriever', []), planned('write', 'writer', ['find'])],
  output: null,
};

function events(...facts: [type: string, data: object][]): PlanEvent[] {
  return facts.map(([type, data], index) => ({ seq: index + 1, type, time: at(index), data })) as PlanEvent[];
}
const life: [string, object][] = [
  ['TaskAccepted', accepted],
  ['PlanCreated', plan],
  ['StepDispatched', dispatched('find')],
  [
    'StepSuspended',
    {
      ...of('find'),
      thought: 't',
      calls: [
        { ordinal: 0, call: { kind: 'knowledge.search', input: { query: 'q' } } },
        { ordinal: 1, call: { kind: 'knowledge.search', input: {} } },
      ],
      usage: usage(10, 1),
      deadline_at: 0,
    },
  ],
  ['CallCompleted', { ...of('find'), ordinal: 0, observation: { hits: [] } }],
  ['CallFailed', { ...of('find'), ordinal: 1, error }],
  ['StepDispatched', dispatched('find', 1, 1)],
  ['StepRetryScheduled', { ...of('find'), error, usage: usage(5, 0), retry_at: 0 }],
  ['StepDispatched', dispatched('find', 2, 1)],
  ['StepCompleted', { ...of('find', 2, 1), output: 'found', usage: usage(20, 2), model: 'm1', thought: 'done' }],
  ['StepDispatched', dispatched('write')],
];

describe('the view of a task', () => {
  it('is what its schema says, at every moment of its life', () => {
    for (let length = 0; length <= life.length; length += 1) {
      expect(TaskView.safeParse(foldTask(taskId, events(...life.slice(0, length)))).error?.issues).toBeUndefined();
    }
  });

  it('shows what was submitted before anything happened', () => {
    expect(foldTask(taskId, [], { ...accepted })).toMatchObject({
      status: 'accepted',
      goal: 'g',
      priority: 7,
      deadline: '2027-01-15T08:00:00.000Z',
      planner: null,
    });
  });

  it('shows how far each step is', () => {
    const statuses = (length: number): string[] =>
      foldTask(taskId, events(...life.slice(0, length))).plan.map((step) => step.status);
    expect(statuses(2)).toEqual(['ready', 'pending']);
    expect(statuses(3)).toEqual(['running', 'pending']);
    expect(statuses(4)).toEqual(['waiting', 'pending']);
    expect(statuses(5)).toEqual(['waiting', 'pending']);
    expect(statuses(6)).toEqual(['ready', 'pending']);
    expect(statuses(8)).toEqual(['retrying', 'pending']);
    expect(statuses(10)).toEqual(['completed', 'ready']);
    expect(statuses(11)).toEqual(['completed', 'running']);
  });

  it('shows output, usage and the end of a task that completes', () => {
    const done: [string, object] = ['TaskCompleted', { output: 'o', usage: { ...usage(40, 4), steps: 5 } }];
    const view = foldTask(
      taskId,
      events(...life, ['StepCompleted', { ...of('write'), output: 'w', usage: usage(5, 1) }], done),
    );
    expect(view).toMatchObject({
      status: 'completed',
      output: 'o',
      error: null,
      usage: { steps: 5, prompt_tokens: 40 },
      ended_at: at(12),
    });
    expect(view.plan[0]).toMatchObject({ attempt: 2, output: 'found' });
    expect(view.plan[0]).not.toHaveProperty('error');
  });

  it('shows what became of the steps of a task that fails or is cancelled', () => {
    const failed = foldTask(
      taskId,
      events(
        ...life.slice(0, 3),
        ['StepFailed', { ...of('find'), error, usage: usage(0, 0) }],
        ['TaskFailed', { error, usage: { ...usage(1, 1), steps: 1 } }],
      ),
    );
    expect([failed.status, failed.error, failed.plan.map((step) => step.status)]).toEqual([
      'failed',
      error,
      ['failed', 'skipped'],
    ]);
    const cancelled = foldTask(
      taskId,
      events(...life, ['TaskCancelled', { reason: 'enough', usage: { ...usage(1, 1), steps: 1 } }]),
    );
    expect([cancelled.status, cancelled.error?.detail, cancelled.plan.map((step) => step.status)]).toEqual([
      'cancelled',
      'enough',
      ['completed', 'cancelled'],
    ]);
  });

  it('takes the time of the first event when the id tells none', () =>
    expect(foldTask('other', events(life[0]!)).created_at).toBe(at(0)));
  it('passes over steps that are not in the plan', () =>
    expect(foldTask(taskId, events(...life.slice(0, 2), ['StepDispatched', dispatched('ghost')])).plan).toHaveLength(
      2,
    ));
});

describe('the view of a step', () => {
  it('holds attempts and journal', () => {
    const step = foldStep(taskId, 'find', events(...life))!;
    expect(StepView.safeParse(step).error?.issues).toBeUndefined();
    expect(step.attempts).toEqual([
      { attempt: 1, status: 'failed', started_at: at(2), ended_at: at(7), error },
      { attempt: 2, status: 'completed', started_at: at(8), ended_at: at(9) },
    ]);
    expect(
      step.journal.map((entry) => [
        entry.action_name,
        entry.thought,
        entry.observation,
        entry.token_usage.prompt_tokens,
      ]),
    ).toEqual([
      ['knowledge.search', 't', { hits: [] }, 10],
      ['knowledge.search', 't', null, 0],
      ['finish', 'done', 'found', 20],
    ]);
    expect(step.journal[1]!.error).toEqual(error);
    expect([step.usage, step.model]).toEqual([usage(35, 3), 'm1']);
  });

  it('shows a step that failed', () => {
    const step = foldStep(
      taskId,
      'find',
      events(...life.slice(0, 3), ['StepFailed', { ...of('find'), error, usage: usage(1, 0) }]),
    )!;
    expect(step.attempts[0]).toMatchObject({ status: 'failed', error });
  });
  it.each([
    ['TaskCancelled', { reason: 'x', lost_tokens: 90 }],
    ['TaskFailed', { error, step_id: 'write', lost_tokens: 90 }],
  ])('ends an attempt that was open at %s, which settles what it had reserved', (type, data) => {
    const dispatch = { ...dispatched('find'), max_tokens: 90 };
    const end: [string, object] = [type, { ...data, usage: { ...usage(90, 0), steps: 1 } }];
    const open = [...life.slice(0, 2), ['StepDispatched', dispatch], end] as [string, object][];
    expect(foldStep(taskId, 'find', events(...open))).toMatchObject({
      status: 'cancelled',
      attempts: [{ attempt: 1, status: 'cancelled', started_at: at(2), ended_at: at(3) }],
      usage: usage(90, 0),
    });
    const measured = measureTask(taskId, events(...open));
    expect(measured.steps[0]).toMatchObject({ attempts: 1, latency_ms: 1_000, ...usage(90, 0) });
    expect(measured.by_agent[0]).toMatchObject({ agent: 'retriever', ...usage(90, 0) });
    const old: [string, object] = [type, { ...data, lost_tokens: undefined, usage: { ...usage(0, 0), steps: 1 } }];
    expect(foldStep(taskId, 'find', events(...open.slice(0, -1), old))).toMatchObject({
      attempts: [{ status: 'cancelled', ended_at: at(3) }],
      usage: usage(0, 0),
    });
  });
  it('settles nothing more of an attempt that waits for its calls, and leaves one that has ended alone', () => {
    const end: [string, object] = [
      'TaskCancelled',
      { reason: 'x', lost_tokens: 5, usage: { ...usage(15, 0), steps: 2 } },
    ];
    const waiting = foldStep(taskId, 'find', events(...life.slice(0, 4), end))!;
    expect(waiting.attempts).toMatchObject([{ status: 'cancelled', ended_at: at(4) }]);
    expect(waiting.usage.prompt_tokens).toBe(10);
    const retried = life.findIndex(([type]) => type === 'StepRetryScheduled') + 1;
    const failed = foldStep(taskId, 'find', events(...life.slice(0, retried), end))!;
    expect(failed.attempts).toMatchObject([{ status: 'failed', ended_at: at(retried - 1), error }]);
    expect(failed.usage).toEqual(foldStep(taskId, 'find', events(...life.slice(0, retried)))!.usage);
  });
  it('is not there for a step that is not in the plan', () =>
    expect(foldStep(taskId, 'ghost', events(...life))).toBeUndefined());
});

describe('the metrics of a task', () => {
  it('sum up by step, agent and model', () => {
    const metrics = measureTask(
      taskId,
      events(...life, ['TaskCancelled', { reason: 'x', usage: { ...usage(35, 3), steps: 4 } }]),
    );
    expect(TaskMetrics.safeParse(metrics).error?.issues).toBeUndefined();
    expect(metrics.steps).toMatchObject([
      { step_id: 'find', attempts: 2, latency_ms: 7_000, prompt_tokens: 35, model: 'm1', status: 'completed' },
      { step_id: 'write', attempts: 1, latency_ms: 1_000, prompt_tokens: 0, status: 'cancelled' },
    ]);
    expect(metrics.by_agent.map((agent) => agent.agent)).toEqual(['retriever', 'writer']);
    expect(metrics.by_model).toMatchObject([{ model: 'm1', steps: 1 }]);
    expect(metrics.latency_ms).toBeGreaterThan(0);
  });
  it('are there before anything has happened', () =>
    expect(measureTask(taskId, [])).toMatchObject({ latency_ms: null, steps: [], events: 0 }));
});
