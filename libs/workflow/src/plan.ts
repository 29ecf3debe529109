/**
 * The state of a plan, folded from its events. As it has one owner, a running plan is changed in place (by `evolve` alone).
 * Everything that an event holds as well is shared with it and never changed: an event's bytes stay what they were.
 */
import type { Budget, Call, Json, JsonObject, JournalEntry, PlannedStep } from '@waybill/contracts';
import type { DueSteps } from './due-steps.ts';

/** `planning` will stand between accepted and running. */
export type Plan = EmptyPlan | AcceptedPlan | RunningPlan | EndedPlan;

export interface EmptyPlan {
  readonly status: 'empty';
}
export interface AcceptedPlan {
  readonly status: 'accepted';
  readonly task: TaskFacts;
}
/** All that digest, verdicts and duplicates need. */
export interface EndedPlan {
  readonly status: 'ended';
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly usage: Totals;
}

export interface TaskFacts {
  readonly goal?: string;
  readonly input: JsonObject;
  readonly priority: number;
  readonly deadline_at?: number;
  readonly budget: Budget;
}

/** What is used up: tokens that were settled, and dispatches. */
export interface Totals {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly steps: number;
}

export interface RunningPlan {
  readonly status: 'running';
  readonly task: TaskFacts;
  /** What expressions read as `input`. */
  readonly input: JsonObject;
  readonly output: Json;
  readonly steps: ReadonlyMap<string, Step>;
  readonly ledger: Ledger;
  readonly agenda: Agenda;
  /** Steps that are not completed. */
  left: number;
  /** Steps of which an agent or a call may be at work. */
  open: number;
}

export interface Ledger {
  prompt_tokens: number;
  completion_tokens: number;
  /** Upper bound of what the open activations use. */
  reserved: number;
  dispatches: number;
}

/** When to look at the plan again. It follows from the steps, so it is no part of the digest. */
export interface Agenda {
  /** Ids of the steps that are ready, in order of becoming so. */
  readonly ready: Set<string>;
  /** From when on they are ready. */
  readonly retries: DueSteps<Step>;
  /** Of open activations and calls. */
  readonly deadlines: DueSteps<Step>;
}

export interface Step {
  readonly planned: PlannedStep;
  readonly neededBy: Step[];
  /** Needs that are not completed. */
  missing: number;
  progress: Progress;
  /** Of the open activation, or of the next one. */
  epoch: number;
  turn: number;
  /** The next call's. Continues over turns and epochs, so that a call's idempotency key is never used for another. */
  ordinal: number;
  /** Calls with an outcome, by ordinal. */
  journal: readonly JournalEntry[];
}

export type Progress =
  | { readonly status: 'pending' }
  | { readonly status: 'ready' }
  | { readonly status: 'running'; readonly due_at: number; readonly reserved: number }
  | { readonly status: 'waiting'; readonly due_at: number; readonly calls: Map<number, OpenCall> }
  | { readonly status: 'retrying'; readonly due_at: number }
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'failed' };

export interface OpenCall {
  readonly call: Call;
  readonly thought?: string;
}

const empty: Plan = { status: 'empty' };

export const emptyPlan = (): Plan => empty;
