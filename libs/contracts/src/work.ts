/**
 * Work on `tasks.<queue>` and its outcomes on `task.results`.
 * An activation is named by `(work_id, epoch, turn)`; a call that an activation asked for has an ordinal in the step's journal as well.
 */
import { z } from 'zod';
import { Failure } from './errors.ts';
import { Json, JsonObject } from './json.ts';
import { ReplyTo } from './requests.ts';

/** What one step has used. Tokens as the provider counts them. */
/** Of one attempt; so that the sum of a task's attempts is a whole number still. */
export const mostTokens = 1_000_000_000;
export const Usage = z.object({
  prompt_tokens: z.number().int().nonnegative().max(mostTokens),
  completion_tokens: z.number().int().nonnegative().max(mostTokens),
});
/** Of several attempts. */
export const UsageSum = z.object({
  prompt_tokens: z.number().int().nonnegative(),
  completion_tokens: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** A call that an agent asks for. Later kinds: tool, sub-plan, approval, timer, signal. */
export const Call = z.object({ kind: z.literal('knowledge.search'), input: JsonObject });
export type Call = z.infer<typeof Call>;

/** One entry of a step's journal; `ordinal` counts from 0 over all turns and epochs. */
export const JournalEntry = z.object({
  ordinal: z.number().int().nonnegative(),
  turn: z.number().int().nonnegative(),
  thought: z.string().optional(),
  call: Call,
  observation: Json.optional(),
  error: Failure.optional(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

const activation = {
  plan_id: z.string().min(1),
  step_id: z.string().min(1),
  work_id: z.string().min(1),
  epoch: z.number().int().min(1),
  turn: z.number().int().min(0),
};

/** One activation of an agent. `not_after` in ms since 1970: later it is not begun. */
export const AgentWork = z.object({
  type: z.literal('Activate'),
  ...activation,
  agent: z.string().min(1),
  input: JsonObject,
  journal: z.array(JournalEntry),
  /** The most tokens this activation may use; 0 when it was planned to call no model. */
  max_tokens: z.number().int().nonnegative(),
  priority: z.number().int(),
  not_after: z.number().int(),
});
export type AgentWork = z.infer<typeof AgentWork>;

/** A knowledge search: for a step's call (`call`), or for a client who waits at a gateway (`reply_to`). */
export const SearchWork = z.object({
  type: z.literal('Search'),
  call: z.object({ ...activation, ordinal: z.number().int().nonnegative() }).optional(),
  reply_to: ReplyTo.optional(),
  input: JsonObject,
  not_after: z.number().int(),
});
export type SearchWork = z.infer<typeof SearchWork>;

export const Outcome = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('completed'),
    output: Json,
    usage: Usage.optional(),
    model: z.string().optional(),
    thought: z.string().optional(),
  }),
  z.object({
    status: z.literal('suspended'),
    calls: z.array(Call).min(1),
    usage: Usage.optional(),
    thought: z.string().optional(),
  }),
  z.object({ status: z.literal('failed'), error: Failure, usage: Usage.optional() }),
]);
export type Outcome = z.infer<typeof Outcome>;

export const ActivationResult = z.object({ type: z.literal('ActivationResult'), ...activation, outcome: Outcome });
export type ActivationResult = z.infer<typeof ActivationResult>;

export const CallOutcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('completed'), observation: Json }),
  z.object({ status: z.literal('failed'), error: Failure }),
]);
export type CallOutcome = z.infer<typeof CallOutcome>;

export const CallResult = z.object({
  type: z.literal('CallResult'),
  ...activation,
  ordinal: z.number().int().nonnegative(),
  outcome: CallOutcome,
});
export type CallResult = z.infer<typeof CallResult>;

export const TaskResult = z.discriminatedUnion('type', [ActivationResult, CallResult]);
export type TaskResult = z.infer<typeof TaskResult>;

/** On `task.tokens`: pieces of text as the model speaks them; `index` counts the pieces of one activation from 0. */
export const TokenChunk = z.object({
  type: z.literal('TokenChunk'),
  ...activation,
  index: z.number().int().nonnegative(),
  text: z.string(),
});
export type TokenChunk = z.infer<typeof TokenChunk>;

/** On `model.calls`: one call of a model, never what was asked or answered; `index` counts the calls of one activation from 0. */
export const ModelCall = z.object({
  type: z.literal('ModelCall'),
  ...activation,
  index: z.number().int().nonnegative(),
  model: z.string(),
  /** `completed`, or the code of the error. */
  outcome: z.string().min(1),
  /** Absent when the provider did not say what a broken call has cost. */
  usage: Usage.optional(),
  latency_ms: z.number(),
});
export type ModelCall = z.infer<typeof ModelCall>;

/** On `task.signals`. */
export const CancelSignal = z.object({
  type: z.literal('CancelSignal'),
  plan_id: z.string().min(1),
  reason: z.string(),
});
export type CancelSignal = z.infer<typeof CancelSignal>;

/** On `replies`, to a gateway that asked for a search. */
export const SearchReply = z.object({ type: z.literal('SearchReply'), command_id: z.string(), outcome: CallOutcome });
export type SearchReply = z.infer<typeof SearchReply>;
