/** The routes of tasks. */
import { z } from 'zod';
import { apiExamples as example } from './api-examples.ts';
import { answers, bodyErrors, json, logErrors, replayed, text, type ApiParameter, type ApiRoute } from './api-route.ts';
import {
  CancelRequest,
  DryRunAnswer,
  EventPage,
  RunTask,
  StepView,
  TaskAnswer,
  TaskMetrics,
  TaskPage,
  TaskStatus,
  TaskSubmission,
  TaskView,
  WorkflowReference,
} from './api-tasks.ts';
import type { ErrorCode } from './errors.ts';
import { limits } from './limits.ts';

const taskId: ApiParameter = { name: 'task_id', in: 'path', ...text('The task.'), example: example.taskId };
/** No two operations show the same one: that would be refused. */
export const idempotencyKey = (example: string): ApiParameter => ({
  name: 'Idempotency-Key',
  in: 'header',
  ...text(
    'The same key with the same body is the same task: the first answer comes again.',
    z.string().min(1).max(limits.idempotencyKeyChars).optional(),
  ),
  example,
});
export const limit: ApiParameter = {
  name: 'limit',
  in: 'query',
  ...text('How many at most.', z.number().int().min(1).max(limits.pageItems).optional()),
  example: 50,
};
export const cursor: ApiParameter = {
  name: 'cursor',
  in: 'query',
  ...text('`next` of the page before.', z.string().optional()),
};
const lastEventId: ApiParameter = {
  name: 'Last-Event-ID',
  in: 'header',
  ...text('`id` of the last frame seen: the stream goes on after it.', z.string().optional()),
  example: '9',
};
const tokens: ApiParameter = {
  name: 'tokens',
  in: 'query',
  ...text('True: `event: token` frames too.', z.boolean().optional()),
};
const eventQuery: readonly ApiParameter[] = [
  {
    name: 'after',
    in: 'query',
    ...text('Events with a greater `seq`.', z.number().int().min(0).optional()),
    example: 0,
  },
  { ...limit, example: 1 },
];

const definitionErrors: readonly ErrorCode[] = [
  'invalid_definition',
  'no_steps',
  'unknown_need',
  'cycle',
  'unknown_agent',
  'unknown_workflow',
  'invalid_expression',
  'invalid_input',
];
const submitErrors: readonly ErrorCode[] = [
  ...bodyErrors,
  ...definitionErrors,
  'deadline_passed',
  'idempotency_key_reused',
  ...logErrors,
];
const readErrors: readonly ErrorCode[] = ['task_not_found', 'unavailable'];
const location = { Location: 'Where the task is.' };
const stream = {
  schema: z.string(),
  example: `id: 10\nevent: TaskCompleted\ndata: ${JSON.stringify(example.lastEvent)}\n\n`,
};
const streamOf = (id: string, path: string, tag: ApiRoute['tag']): ApiRoute => ({
  id,
  method: 'get',
  path,
  tag,
  summary: 'The events of a task, as they happen or as a page',
  description:
    '`Accept: text/event-stream` streams: `event` is the type, `data` is `{seq, type, time, data}`, `id` is `seq`. ' +
    'It ends after the terminal event; resuming at or after that answers 204. Otherwise a page of JSON, ascending.',
  parameters: [taskId, ...eventQuery, tokens, lastEventId],
  responses: {
    200: {
      description: 'The events.',
      content: { ...json(EventPage, { events: [example.firstEvent], next: 1 }), 'text/event-stream': stream },
    },
    204: { description: 'The task has ended and you have seen its last event.' },
  },
  errors: ['invalid_cursor', 'invalid_request', 'not_acceptable', ...readErrors],
});
const metricsOf = (id: string, path: string, tag: ApiRoute['tag']): ApiRoute => ({
  id,
  method: 'get',
  path,
  tag,
  summary: 'Latency, attempts and tokens by step, agent and model',
  parameters: [taskId],
  responses: { 200: answers('The figures so far.', TaskMetrics, example.metrics) },
  errors: readErrors,
});

export const taskRoutes: readonly ApiRoute[] = [
  {
    id: 'submitTask',
    method: 'post',
    path: '/v1/tasks',
    tag: 'tasks',
    summary: 'Submit a task',
    description: 'Exactly one of `goal`, `workflow` and `definition`. It is durable when the answer is sent.',
    parameters: [idempotencyKey('order-4711')],
    request: {
      required: true,
      content: json(TaskSubmission, example.submission),
    },
    responses: {
      200: answers('A dry run: the plan, and nothing was started.', DryRunAnswer, example.dryRun),
      202: answers('Accepted.', TaskAnswer, example.accepted, {
        ...location,
        ...replayed,
      }),
    },
    errors: submitErrors,
  },
  {
    id: 'listTasks',
    method: 'get',
    path: '/v1/tasks',
    tag: 'tasks',
    summary: 'List tasks, newest first',
    parameters: [
      {
        name: 'status',
        in: 'query',
        ...text('Only these.', z.array(TaskStatus).optional()),
        list: 'commas',
        example: ['completed', 'failed'],
      },
      {
        name: 'label',
        in: 'query',
        ...text('`key:value`; all must hold.', z.array(z.string()).max(limits.labels).optional()),
        list: 'repeated',
        example: ['team:payments'],
      },
      {
        name: 'workflow',
        in: 'query',
        ...text('`name` or `name@version`.', WorkflowReference.optional()),
        example: example.workflow.name,
      },
      limit,
      cursor,
    ],
    responses: { 200: answers('A page.', TaskPage, { items: [example.summary], next: null, total: 1 }) },
    errors: ['invalid_request', 'invalid_cursor', 'unavailable'],
  },
  {
    id: 'getTask',
    method: 'get',
    path: '/v1/tasks/{task_id}',
    tag: 'tasks',
    summary: 'One task: state, plan with the status of each step, output, usage, error',
    parameters: [taskId],
    responses: { 200: answers('The task.', TaskView, example.task) },
    errors: readErrors,
  },
  {
    id: 'getStep',
    method: 'get',
    path: '/v1/tasks/{task_id}/steps/{step_id}',
    tag: 'tasks',
    summary: 'One step: its attempts and its journal',
    parameters: [taskId, { name: 'step_id', in: 'path', ...text('The step.'), example: example.stepView.step_id }],
    responses: { 200: answers('The step.', StepView, example.stepView) },
    errors: ['step_not_found', ...readErrors],
  },
  streamOf('streamTask', '/v1/tasks/{task_id}/events', 'tasks'),
  metricsOf('getTaskMetrics', '/v1/tasks/{task_id}/metrics', 'tasks'),
  {
    id: 'cancelTask',
    method: 'post',
    path: '/v1/tasks/{task_id}/cancel',
    tag: 'tasks',
    summary: 'Cancel a task',
    description: 'Waits up to two seconds for the verdict.',
    parameters: [taskId, idempotencyKey('cancel-4711')],
    request: { required: false, content: json(CancelRequest, example.cancellation) },
    responses: {
      200: answers('It is cancelled.', TaskView, example.cancelledTask),
      202: answers('The verdict is still to come.', TaskView, example.runningTask, location),
    },
    errors: ['task_ended', ...bodyErrors, ...readErrors, 'idempotency_key_reused', 'log_unavailable'],
  },
  {
    id: 'runTask',
    method: 'post',
    path: '/run-task',
    tag: 'short forms',
    summary: 'Submit a goal',
    parameters: [idempotencyKey('run-4711')],
    request: { required: true, content: json(RunTask, { task: example.question }) },
    responses: { 202: answers('Accepted.', TaskAnswer, example.accepted, { ...location, ...replayed }) },
    errors: [...bodyErrors, 'unknown_agent', 'idempotency_key_reused', ...logErrors],
  },
  streamOf('streamTaskShort', '/stream/{task_id}', 'short forms'),
  metricsOf('getTaskMetricsShort', '/metrics/{task_id}', 'short forms'),
];
