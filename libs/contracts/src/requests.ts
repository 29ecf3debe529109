/** Commands on `task.requests`: imperative, addressed to the owner of the plan. Bodies were validated by the gateway before they existed. */
import { z } from 'zod';
import { Failure } from './errors.ts';
import { JsonObject } from './json.ts';
import type { NormalDefinition } from './definition.ts';

/** Bounds of what a task may use; absent means unbounded. */
export const Budget = z.strictObject({
  tokens: z.number().int().nonnegative().optional(),
  steps: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe(
      'Activations: a step counts once for each time an agent is set to work on it, so a retry or a search counts again.',
    ),
});
export type Budget = z.infer<typeof Budget>;

/** What planning must know of an agent: where its work goes and the most tokens that one activation may use (0: it calls no model). */
export const AgentCard = z.object({ queue: z.string().min(1), max_tokens: z.number().int().nonnegative() });
export type AgentCard = z.infer<typeof AgentCard>;

/** Who waits for a verdict: the gateway instance and the id that it gave the command. */
export const ReplyTo = z.object({ instance: z.string().min(1), command_id: z.string().min(1) });
export type ReplyTo = z.infer<typeof ReplyTo>;

const NormalDefinitionBody = z.custom<NormalDefinition>(
  (value) => typeof value === 'object' && value !== null && Array.isArray((value as { steps?: unknown }).steps),
);

export const SubmitTask = z.object({
  type: z.literal('SubmitTask'),
  task_id: z.string().min(1),
  /** ms since 1970: when the gateway accepted it. */
  accepted_at: z.number().int(),
  goal: z.string().optional(),
  /** The normal form and its hash; absent when the goal is to be planned. */
  definition: NormalDefinitionBody.optional(),
  definition_hash: z.string().optional(),
  workflow: z.string().optional(),
  input: JsonObject,
  agents: z.record(z.string(), AgentCard),
  priority: z.number().int().min(0).max(9),
  /** ms since 1970. */
  deadline_at: z.number().int().optional(),
  labels: z.record(z.string(), z.string()),
  budget: Budget,
  idempotency: z.object({ key: z.string(), body_hash: z.string() }).optional(),
});
export type SubmitTask = z.infer<typeof SubmitTask>;

export const CancelTask = z.object({
  type: z.literal('CancelTask'),
  task_id: z.string().min(1),
  reason: z.string(),
  reply_to: ReplyTo.optional(),
});
export type CancelTask = z.infer<typeof CancelTask>;

export const TaskRequest = z.discriminatedUnion('type', [SubmitTask, CancelTask]);
export type TaskRequest = z.infer<typeof TaskRequest>;

/** On `replies`, keyed by gateway instance. */
export const Verdict = z.object({
  type: z.literal('Verdict'),
  command_id: z.string(),
  applied: z.boolean(),
  task_status: z.string().optional(),
  error: Failure.optional(),
});
export type Verdict = z.infer<typeof Verdict>;
