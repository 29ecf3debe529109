/**
 * One CEL expression, compiled: parsed, checked, its references known. A member path reads its field directly;
 * everything else is evaluated by the CEL library over views of the data.
 * Promises: only own fields are read, never a prototype's; an evaluation neither changes nor keeps the data.
 */
import { limits, type Json, type JsonObject } from '@waybill/contracts';
import type { CelNode } from './cel-node.ts';
import { parseExpression } from './environment.ts';
import { meter } from './fuel.ts';
import { guardMaps } from './map-literals.ts';
import { toJson } from './numbers.ts';
import { readReferences, type MemberPath } from './references.ts';

/** What expressions may read. `outputOf` is undefined for a step that has no output. */
export interface Scope {
  readonly input: JsonObject;
  outputOf(stepId: string): Json | undefined;
}

export interface Expression {
  readonly text: string;
  /** The steps whose outputs it reads. */
  readonly steps: readonly string[];
  /** Throws an Error whose message is the reason. */
  evaluate(scope: Scope): Json;
}

/** Answers the reason when the text is no valid expression. */
export function compileExpression(text: string): Expression | { reason: string } {
  if (text.length > limits.expressionChars) {
    return { reason: `it has ${text.length} characters, and ${limits.expressionChars} are allowed` };
  }
  try {
    const parsed = parseExpression(text);
    const references = readReferences(parsed.ast as unknown as CelNode);
    if (typeof references === 'string') return { reason: references };
    const { path, steps } = references;
    if (path) return { text, steps, evaluate: (scope) => readPath(path, scope) };
    const checked = parsed.check();
    if (!checked.valid) return { reason: checked.error?.summary ?? 'it is not valid' };
    meter(parsed.ast as unknown as CelNode);
    guardMaps(parsed.ast as unknown as CelNode);
    return { text, steps, evaluate: (scope) => evaluateParsed(parsed, steps, scope) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** The library's messages repeat the whole expression; its summary is the sentence alone. */
export const reasonOf = (error: unknown): string =>
  (error as { summary?: string }).summary ?? (error instanceof Error ? error.message : String(error));

function readPath(path: MemberPath, scope: Scope): Json {
  let value: Json | undefined = path.step === undefined ? scope.input : outputOf(scope, path.step);
  for (const key of path.keys) {
    value = fieldOf(value, key);
    if (value === undefined) throw new Error(`No such key: ${key}`);
  }
  return value;
}

function fieldOf(value: Json, key: string | number): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function evaluateParsed(
  parsed: (context: Record<string, unknown>) => unknown,
  steps: readonly string[],
  scope: Scope,
): Json {
  const views: Record<string, { output: Json }> = {};
  for (const step of steps) views[step] = { output: outputOf(scope, step) };
  const context: Record<string, unknown> = { input: scope.input, steps: views };
  try {
    return toJson(parsed(context));
  } finally {
    // A loop's frame in the compiled tree keeps the last context alive: leave nothing in it.
    context['input'] = context['steps'] = undefined;
  }
}

function outputOf(scope: Scope, step: string): Json {
  const output = scope.outputOf(step);
  if (output === undefined) throw new Error(`step ${step} has no output`);
  return output;
}
