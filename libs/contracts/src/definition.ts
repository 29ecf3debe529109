/**
 * A workflow's definition as its author writes it, and in the normal form that is hashed, stored and planned from.
 * Words as in GitHub Actions; `${{ }}` holds CEL expressions over `input` and `steps.X.output`.
 */
import { z } from 'zod';
import { forbiddenKeys, Json, JsonObject } from './json.ts';
import { limits } from './limits.ts';

/** Steps and workflows are named so that expressions can refer to them. */
export const Name = z
  .string()
  .max(limits.nameChars)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*$/,
    'must start with a letter or underscore and contain only letters, digits, _ and -',
  )
  .refine((name) => !forbiddenKeys.has(name), 'is a name that every object has');

/** `500ms`, `30s`, `2m`, `1h` or a number of seconds; normalised to milliseconds. */
export const Duration = z.union([
  z
    .number()
    .positive()
    .max(limits.stepTimeoutMs / 1000),
  z.string().regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'must be a duration such as 500ms, 30s, 2m or 1h'),
]);
export type Duration = z.infer<typeof Duration>;

export const Retry = z.strictObject({
  max_attempts: z.number().int().min(1).max(100).optional(),
  initial: Duration.optional(),
  factor: z.number().min(1).max(10).optional(),
  max: Duration.optional(),
});

export const StepDefinition = z.strictObject({
  agent: z.string().min(1).max(limits.nameChars),
  needs: z.array(Name).max(limits.steps).optional(),
  with: JsonObject.optional(),
  retry: Retry.optional(),
  timeout: Duration.optional(),
  reason: z.string().max(1_000).optional(),
});
export type StepDefinition = z.infer<typeof StepDefinition>;

export const WorkflowDefinition = z.strictObject({
  name: Name.optional(),
  version: z.number().int().min(1).max(limits.workflowVersion).optional(),
  description: z.string().max(2_000).optional(),
  /** JSON Schema of the input. */
  input: JsonObject.optional(),
  steps: z.record(Name, StepDefinition),
  output: Json.optional(),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

/** Back-off: `min(max_ms, initial_ms * factor^(attempt-1))`, times a random share of it (full jitter). */
export interface RetryPolicy {
  max_attempts: number;
  initial_ms: number;
  factor: number;
  max_ms: number;
}

/** Normal form: every default is filled in, durations are milliseconds, keys in one order; its canonical JSON is hashed. */
export interface NormalStep {
  step_id: string;
  agent: string;
  needs: string[];
  with: JsonObject;
  retry: RetryPolicy;
  timeout_ms: number;
  reason: string;
}
export interface NormalDefinition {
  name: string;
  version: number;
  description?: string;
  input?: JsonObject;
  steps: NormalStep[];
  output: Json;
}

export const retryDefaults: RetryPolicy = { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 };
export const stepTimeoutDefaultMs = 120_000;
