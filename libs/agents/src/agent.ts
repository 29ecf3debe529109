/**
 * The contract of everything that does work: one activation, from input and journal to an outcome.
 * Nothing waits in memory between activations: an agent that needs something suspends on calls and finds their observations in the journal next time.
 */
import type { Call, Failure, JournalEntry, Json, JsonObject, Outcome } from '@waybill/contracts';
import { failureOf } from '@waybill/contracts';
import type { Model } from '@waybill/models';
import type { Logger } from '@waybill/telemetry';

export interface Activation<Input = JsonObject> {
  readonly input: Input;
  /** Oldest first; kept over retries, so an entry may stem from an earlier epoch. */
  readonly journal: readonly JournalEntry[];
  readonly epoch: number;
  /** Counts from 0 in each epoch. */
  readonly turn: number;
  /** The most tokens that prompts and answers may use together. */
  readonly maxTokens: number;
  /** Aborted when the plan was cancelled or the node shuts down. */
  readonly signal: AbortSignal;
}

export interface AgentContext {
  /** Metered: what it uses is reported with the outcome. A call that is under way holds its `maxTokens`, so several at once have to share what the activation may use. */
  readonly model: Model;
  /** What is said here is seen by whoever watches the task. */
  readonly onToken: (text: string) => void;
  readonly log: Logger;
}

export interface Agent {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  /** The most tokens that one activation may use; 0: it calls no model. */
  readonly maxTokens: number;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** Answers at once or later. What it throws counts as a bug, unless it is a `PlatformError`. */
  activate(activation: Activation, context: AgentContext): Promise<Outcome> | Outcome;
}

type Of<Status extends Outcome['status']> = Extract<Outcome, { status: Status }>;

export const completed = (output: Json, thought?: string): Of<'completed'> =>
  thought === undefined ? { status: 'completed', output } : { status: 'completed', output, thought };

export const suspended = (calls: [Call, ...Call[]], thought?: string): Of<'suspended'> =>
  thought === undefined ? { status: 'suspended', calls } : { status: 'suspended', calls, thought };

export const failed = (error: Failure): Of<'failed'> => ({ status: 'failed', error });
export const failedWith = (error: unknown): Of<'failed'> => failed(failureOf(error));
