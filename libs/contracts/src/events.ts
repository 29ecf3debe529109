/**
 * The log of record, `plan.events`: every fact of every plan.
 * A record's body is `{seq, type, time, data}`, byte for byte what a stream shows; what can hold personal data is inside `data`.
 */
import { z } from 'zod';
import { Failure } from './errors.ts';
import { Json, JsonObject } from './json.ts';
import { Budget } from './requests.ts';
import { Call, JournalEntry, Usage, UsageSum } from './work.ts';

const step = { step_id: z.string(), work_id: z.string() };
const attempt = { ...step, epoch: z.number().int() };
const activation = { ...attempt, turn: z.number().int() };
/** Tokens that were settled, and dispatches. */
const totals = z.object({ ...UsageSum.shape, steps: z.number().int() });
/** Present when an agent or a call may be at work still: a cancel signal follows from it. */
const openWork = z.boolean().optional();
/** Of the usage: what open activations had reserved, settled as spent because nobody knows what they used. */
const lostTokens = z.number().int().optional();

export const PlannedStep = z.object({
  ...step,
  agent: z.string(),
  queue: z.string(),
  needs: z.array(z.string()),
  with: JsonObject,
  reason: z.string(),
  retry: z.object({ max_attempts: z.number(), initial_ms: z.number(), factor: z.number(), max_ms: z.number() }),
  timeout_ms: z.number(),
  max_tokens: z.number().int(),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

const data = {
  TaskAccepted: z.object({
    goal: z.string().optional(),
    workflow: z.string().optional(),
    input: JsonObject,
    priority: z.number().int(),
    deadline_at: z.number().int().optional(),
    labels: z.record(z.string(), z.string()),
    budget: Budget,
  }),
  PlanCreated: z.object({
    planner: z.enum(['rules', 'definition']),
    name: z.string(),
    version: z.number().int(),
    definition_hash: z.string().optional(),
    steps: z.array(PlannedStep),
    output: Json,
  }),
  StepDispatched: z.object({
    ...activation,
    agent: z.string(),
    queue: z.string(),
    input: JsonObject,
    journal: z.array(JournalEntry),
    max_tokens: z.number().int(),
    priority: z.number().int(),
    /** ms since 1970: then the attempt counts as lost. */
    deadline_at: z.number().int(),
  }),
  StepSuspended: z.object({
    ...activation,
    thought: z.string().optional(),
    calls: z.array(z.object({ ordinal: z.number().int(), call: Call })),
    usage: Usage,
    deadline_at: z.number().int(),
  }),
  CallCompleted: z.object({ ...activation, ordinal: z.number().int(), observation: Json }),
  CallFailed: z.object({ ...activation, ordinal: z.number().int(), error: Failure }),
  StepCompleted: z.object({
    ...activation,
    output: Json,
    usage: Usage,
    model: z.string().optional(),
    thought: z.string().optional(),
  }),
  StepRetryScheduled: z.object({ ...attempt, error: Failure, usage: Usage, retry_at: z.number().int() }),
  StepFailed: z.object({ ...attempt, error: Failure, usage: Usage }),
  TaskCompleted: z.object({ output: Json, usage: totals }),
  TaskFailed: z.object({
    error: Failure,
    step_id: z.string().optional(),
    usage: totals,
    open_work: openWork,
    lost_tokens: lostTokens,
  }),
  TaskCancelled: z.object({ reason: z.string(), usage: totals, open_work: openWork, lost_tokens: lostTokens }),
} as const;

export type PlanEventType = keyof typeof data;
export type PlanEventData<T extends PlanEventType> = z.infer<(typeof data)[T]>;
/** An event before the plan's owner has given it a place. `time`: RFC 3339, UTC. */
export type PlanFact = { [T in PlanEventType]: { type: T; time: string; data: PlanEventData<T> } }[PlanEventType];
/** `seq` counts from 1 in each plan, without gaps. */
export type PlanEvent = PlanFact & { seq: number };

const event = <T extends PlanEventType>(type: T) =>
  z.object({ seq: z.number().int().min(1), type: z.literal(type), time: z.string(), data: data[type] });

export const PlanEvent = z.discriminatedUnion('type', [
  event('TaskAccepted'),
  event('PlanCreated'),
  event('StepDispatched'),
  event('StepSuspended'),
  event('CallCompleted'),
  event('CallFailed'),
  event('StepCompleted'),
  event('StepRetryScheduled'),
  event('StepFailed'),
  event('TaskCompleted'),
  event('TaskFailed'),
  event('TaskCancelled'),
]);

export const planEventTypes = Object.keys(data) as PlanEventType[];
export const terminalEventTypes: ReadonlySet<string> = new Set<PlanEventType>([
  'TaskCompleted',
  'TaskFailed',
  'TaskCancelled',
]);
