/**
 * The port of a language model, as agents see it: one request, one streamed text.
 * Promises of every adapter
 * - Prompt and answer together stay within `maxTokens`; where that cannot be, `budget_exhausted` is thrown before anything is spent.
 * - The pieces given to `onToken` are the answer's text, in order and nothing else.
 * - After an abort it rejects with `cancelled` at once and the provider's call is ended.
 * - It never retries: errors are classed (`model_failed`, `model_refused`, `invalid_request`) and the orchestrator decides.
 */
import type { Usage } from '@waybill/contracts';

/** A passage that may be quoted. Its number in a citation is its place in the request, from 1. */
export interface ModelPassage {
  readonly name: string;
  readonly place: string;
  readonly text: string;
}

/** `analyze`: key points, which passage answers which part, what is missing. `write`: the answer, with citations. */
export type ModelTask = 'analyze' | 'write';

export interface ModelRequest {
  /** Without a task the model follows the instructions alone. */
  readonly task?: ModelTask;
  /** Whoever asks may add rules of its own; they come before the prompt. */
  readonly instructions: string;
  /** The goal or question. */
  readonly prompt: string;
  /** All that may be cited, best first. */
  readonly passages?: readonly ModelPassage[];
  /** What an earlier step found out, as text. */
  readonly notes?: string;
  /** The most that prompt and answer may use together. */
  readonly maxTokens: number;
}

export interface ModelCallOptions {
  readonly signal: AbortSignal;
  readonly onToken: (text: string) => void;
}

export interface ModelAnswer {
  readonly text: string;
  readonly usage: Usage;
  /** Who answered, as usage and costs name it. */
  readonly model: string;
}

export interface Model {
  readonly name: string;
  stream(request: ModelRequest, options: ModelCallOptions): Promise<ModelAnswer>;
}

/** What stands at the end of an answer that the token limit cut short. */
export const truncationNote = '_Truncated: the token limit was reached._';

/** What stands at the end of an answer that the provider cut short for what it says. */
export const filterNote = "_Truncated: the provider's content filter ended the answer._";

export const cutNotes: readonly string[] = [truncationNote, filterNote];
