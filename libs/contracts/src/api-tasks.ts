/** The public shapes of tasks: what clients send and get. Field names never change; new fields are optional. */
import { z } from 'zod';
import { WorkflowDefinition } from './definition.ts';
import { Failure } from './errors.ts';
import { Json, JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { Budget } from './requests.ts';
import { Call, Usage, UsageSum } from './work.ts';

export const taskStatuses = [
  'accepted',
  'planning',
  'running',
  'waiting',
  'paused',
  'compensating',
  'completed',
  'failed',
  'cancelled',
] as const;
export const TaskStatus = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof TaskStatus>;
export const endedStatuses: ReadonlySet<string> = new Set<TaskStatus>(['completed', 'failed', 'cancelled']);

export const stepStatuses = [
  'pending',
  'ready',
  'running',
  'waiting',
  'retrying',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export const StepStatus = z.enum(stepStatuses);
export type StepStatus = z.infer<typeof StepStatus>;

export const Timestamp = z.iso.datetime({ offset: true }).describe('RFC 3339.');
export const TaskId = z.uuid({ version: 'v7' }).describe('UUIDv7; also the id of the plan.');

const Label = z.string().max(limits.labelChars);
export const Labels = z
  .record(z.string().min(1).max(limits.nameChars), Label)
  .refine((labels) => Object.keys(labels).length <= limits.labels, `at most ${limits.labels} labels are allowed`)
  .meta({ maxProperties: limits.labels });

const versionDigits = String(limits.workflowVersion).length;
/** `name` or `name@version`. */
export const WorkflowReference = z
  .string()
  .max(limits.nameChars + 1 + versionDigits)
  .regex(
    new RegExp(`^[A-Za-z_][A-Za-z0-9_-]*(@[1-9]\\d{0,${versionDigits - 1}})?$`),
    'must be the name of a workflow, or name@version',
  );

const submission = {
  goal: z
    .string()
    .min(1)
    .max(limits.goalChars)
    .regex(/\S/, 'must not be blank')
    .optional()
    .describe('What is wanted, in prose; it is planned by rules.'),
  workflow: WorkflowReference.optional(),
  input: JsonObject.optional().describe(
    'Matches the `input` schema of the definition. Of a goal: `collection` says which documents to search, all when absent.',
  ),
  priority: z.number().int().min(0).max(9).optional().describe('9 is the most urgent; 5 when absent.'),
  deadline: Timestamp.optional(),
  labels: Labels.optional(),
  budget: Budget.optional(),
  dry_run: z
    .boolean()
    .optional()
    .describe('True: answers 200 with the plan and a reason for each step; nothing is started.'),
};
/** Exactly one of `goal`, `workflow` and `definition`. */
export const TaskSubmission = z.strictObject({ ...submission, definition: WorkflowDefinition.optional() });
export type TaskSubmission = z.input<typeof TaskSubmission>;
/** What the gateway checks first; the definition itself is checked by the workflow rules, which know more about it. */
export const TaskSubmissionHead = z.strictObject({ ...submission, definition: JsonObject.optional() });
export type TaskSubmissionHead = z.infer<typeof TaskSubmissionHead>;

export const RunTask = z.strictObject({
  task: z.string().min(1).max(limits.goalChars).regex(/\S/, 'must not be blank'),
});
export type RunTask = z.infer<typeof RunTask>;

export const TaskLinks = z.object({ self: z.string(), events: z.string(), metrics: z.string(), cancel: z.string() });
export const TaskAnswer = z.object({ task_id: TaskId, plan_id: TaskId, status: TaskStatus, links: TaskLinks });
export type TaskAnswer = z.infer<typeof TaskAnswer>;

export const PreviewedStep = z.object({
  step_id: z.string(),
  agent: z.string(),
  needs: z.array(z.string()),
  payload: JsonObject,
  reason: z.string(),
});
export const DryRunAnswer = z.object({
  dry_run: z.literal(true),
  name: z.string(),
  version: z.number().int(),
  definition_hash: z.string(),
  plan: z.array(PreviewedStep),
  output: Json,
});
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const PlanStepView = z.object({
  step_id: z.string(),
  work_id: z.string(),
  agent: z.string(),
  needs: z.array(z.string()),
  payload: JsonObject,
  reason: z.string(),
  status: StepStatus,
  attempt: z.number().int().min(0).describe('0: not begun.'),
  output: Json.optional(),
  error: Failure.optional(),
});
export type PlanStepView = z.infer<typeof PlanStepView>;

export const TaskUsage = z.object({
  ...UsageSum.shape,
  steps: z.number().int().nonnegative().describe('Activations, as in the budget.'),
});
export type TaskUsage = z.infer<typeof TaskUsage>;

const summary = {
  task_id: TaskId,
  plan_id: TaskId,
  status: TaskStatus,
  goal: z.string().nullable(),
  workflow: z.string().nullable(),
  priority: z.number().int(),
  labels: Labels,
  created_at: Timestamp,
  updated_at: Timestamp,
  ended_at: Timestamp.nullable(),
};
export const TaskSummary = z.object(summary);
export type TaskSummary = z.infer<typeof TaskSummary>;

export const TaskView = z.object({
  ...summary,
  input: JsonObject,
  deadline: Timestamp.nullable(),
  budget: Budget,
  planner: z.enum(['rules', 'definition']).nullable().describe('Who made the plan; null before it is made.'),
  plan: z.array(PlanStepView),
  output: Json,
  usage: TaskUsage,
  error: Failure.nullable(),
  links: TaskLinks,
});
export type TaskView = z.infer<typeof TaskView>;

export const TaskPage = z.object({
  items: z.array(TaskSummary),
  next: z.string().nullable(),
  total: z.number().int().optional(),
});
export type TaskPage = z.infer<typeof TaskPage>;

export const AttemptView = z.object({
  attempt: z.number().int(),
  status: StepStatus,
  started_at: Timestamp,
  ended_at: Timestamp.nullable(),
  error: Failure.optional(),
});
/** One turn of an agent's loop. The last one, `finish`, carries the closing thought. */
export const JournalView = z.object({
  ordinal: z.number().int(),
  attempt: z.number().int(),
  turn: z.number().int(),
  thought: z.string().nullable(),
  action_name: z.string(),
  action_input: Call.shape.input,
  observation: Json.describe('Null until it is known.'),
  error: Failure.optional(),
  token_usage: Usage,
});
export const StepView = z.object({
  task_id: TaskId,
  ...PlanStepView.shape,
  attempts: z.array(AttemptView),
  journal: z.array(JournalView),
  usage: UsageSum,
  model: z.string().nullable(),
});
export type StepView = z.infer<typeof StepView>;

export const ApiEvent = z.object({
  seq: z.number().int().min(1),
  type: z.string(),
  time: z.string(),
  data: JsonObject,
});
export type ApiEvent = z.infer<typeof ApiEvent>;
export const EventPage = z.object({
  events: z.array(ApiEvent),
  next: z
    .number()
    .int()
    .nullable()
    .describe('The next `after`; null when the task has ended and this page holds its last event.'),
});
export type EventPage = z.infer<typeof EventPage>;

const spent = { attempts: z.number().int(), latency_ms: z.number().nonnegative(), ...UsageSum.shape };
export const TaskMetrics = z.object({
  task_id: TaskId,
  status: TaskStatus,
  latency_ms: z.number().nonnegative().nullable().describe('From acceptance to the end; null while it runs.'),
  events: z.number().int(),
  usage: TaskUsage,
  steps: z.array(
    z.object({ step_id: z.string(), agent: z.string(), model: z.string().nullable(), status: StepStatus, ...spent }),
  ),
  by_agent: z.array(z.object({ agent: z.string(), steps: z.number().int(), ...spent })),
  by_model: z.array(z.object({ model: z.string(), steps: z.number().int(), ...spent })),
});
export type TaskMetrics = z.infer<typeof TaskMetrics>;

export const CancelRequest = z.strictObject({ reason: z.string().max(1_000).optional() });
export type CancelRequest = z.infer<typeof CancelRequest>;

/** `data:` of an `event: token` frame. */
export const TokenFrame = z.object({
  step_id: z.string(),
  work_id: z.string(),
  epoch: z.number().int(),
  turn: z.number().int(),
  index: z.number().int(),
  text: z.string(),
});
export type TokenFrame = z.infer<typeof TokenFrame>;
