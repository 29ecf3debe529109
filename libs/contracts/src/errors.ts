/**
 * What can go wrong, in words that never change.
 * `code` says what happened; `class` says what follows (DESIGN: error classes), so whether to retry is derived and never stated twice.
 */
import { z } from 'zod';

export const errorClasses = [
  'invalid',
  'denied',
  'not_found',
  'conflict',
  'transient',
  'exhausted',
  'cancelled',
  'bug',
] as const;
export const ErrorClass = z.enum(errorClasses);
export type ErrorClass = z.infer<typeof ErrorClass>;

/** Every stable code, its class, and the title that a person reads. */
export const errorCatalogue = {
  malformed_json: ['invalid', 'The body is not valid JSON'],
  invalid_request: ['invalid', 'The request does not have the expected shape'],
  invalid_text: ['invalid', 'Text contains a NUL character or a lone surrogate'],
  forbidden_key: ['invalid', 'An object key is not allowed'],
  too_deep: ['invalid', 'The JSON is nested too deeply'],
  too_large: ['invalid', 'The body is larger than allowed'],
  unsupported_media_type: ['invalid', 'The content type is not supported'],
  invalid_definition: ['invalid', 'The workflow definition is not valid'],
  no_steps: ['invalid', 'The workflow has no steps'],
  unknown_need: ['invalid', 'A step needs a step that does not exist'],
  cycle: ['invalid', 'The steps form a cycle'],
  unknown_agent: ['invalid', 'No agent of this name is known'],
  unknown_workflow: ['invalid', 'No workflow of this name is known'],
  invalid_expression: ['invalid', 'An expression cannot be parsed or refers to something it may not use'],
  expression_failed: ['invalid', 'An expression could not be evaluated'],
  invalid_input: ['invalid', 'The input does not match the schema of the workflow or of the agent'],
  invalid_cursor: ['invalid', 'The cursor or position is not valid'],
  idempotency_key_reused: ['invalid', 'The idempotency key was used with another body'],
  deadline_passed: ['invalid', 'The deadline is in the past'],
  not_found: ['not_found', 'Nothing exists at this address'],
  task_not_found: ['not_found', 'No such task'],
  step_not_found: ['not_found', 'No such step'],
  workflow_not_found: ['not_found', 'No such workflow'],
  document_not_found: ['not_found', 'No such document'],
  method_not_allowed: ['invalid', 'The method is not allowed here'],
  not_acceptable: ['invalid', 'None of the offered content types is acceptable'],
  workflow_conflict: ['conflict', 'This version of the workflow exists with another body'],
  task_ended: ['conflict', 'The task has already ended'],
  unavailable: ['transient', 'The service cannot answer just now'],
  timeout: ['transient', 'It took too long'],
  deadline_exceeded: ['exhausted', 'The deadline has passed'],
  budget_exhausted: ['exhausted', 'The budget is used up'],
  payload_too_large: ['invalid', 'A payload is over the hard limit'],
  invalid_output: ['invalid', 'The agent answered with something that is not JSON or does not match its schema'],
  agent_failed: ['bug', 'The agent failed in an unexpected way'],
  model_failed: ['transient', 'The model could not be reached or failed'],
  model_refused: ['denied', 'The model provider refused the request'],
  unsupported_document: ['invalid', 'This kind of document is not supported'],
  unreadable_document: ['invalid', 'The document cannot be read'],
  cancelled: ['cancelled', 'It was cancelled'],
  poisoned: ['bug', 'A record could not be processed'],
  log_unavailable: ['transient', 'The message log cannot be written just now'],
  fenced: ['conflict', 'Another owner has taken the partition'],
  commit_unknown: ['transient', 'It is not known whether the commit took place'],
  data_folder_locked: ['conflict', 'Another process uses the data folder'],
  data_folder_corrupt: ['bug', 'The data folder is damaged'],
  data_folder_newer: ['invalid', 'The data folder was written by a newer version'],
  port_taken: ['conflict', 'The port is in use'],
  invalid_configuration: ['invalid', 'A setting is not valid'],
  internal: ['bug', 'Something unexpected happened'],
} as const satisfies Record<string, readonly [ErrorClass, string]>;

export type ErrorCode = keyof typeof errorCatalogue;
export const errorCodes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

/** How an error travels: in events, results, replies and problem documents. */
export const Failure = z.object({
  class: ErrorClass,
  code: z.string().min(1),
  detail: z.string(),
  retry_after_ms: z.number().int().nonnegative().optional(),
});
export type Failure = z.infer<typeof Failure>;

export interface PlatformErrorOptions extends ErrorOptions {
  /** What, where and what to do, for the person who meets it. */
  detail?: string;
  /** JSON pointer to the offending place of the input. */
  pointer?: string;
  retryAfterMs?: number;
}

export class PlatformError extends Error {
  readonly errorClass: ErrorClass;
  readonly detail: string;
  readonly pointer: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    options: PlatformErrorOptions = {},
  ) {
    const [errorClass, title] = errorCatalogue[code];
    super(options.detail ?? title, options);
    this.name = new.target.name;
    this.errorClass = errorClass;
    this.detail = options.detail ?? title;
    this.pointer = options.pointer;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return this.errorClass === 'transient';
  }
}

/** An unknown error counts as a bug. Never throws, although what is thrown may do so when it is looked at: who asks is telling of a failure. */
export function failureOf(error: unknown): Failure {
  try {
    return describe(error);
  } catch {
    return { class: 'bug', code: 'internal', detail: 'What was thrown cannot be read.' };
  }
}

function describe(error: unknown): Failure {
  if (error instanceof PlatformError) {
    const failure: Failure = { class: error.errorClass, code: error.code, detail: error.detail };
    return error.retryAfterMs === undefined ? failure : { ...failure, retry_after_ms: error.retryAfterMs };
  }
  return { class: 'bug', code: 'internal', detail: error instanceof Error ? error.message : String(error) };
}
