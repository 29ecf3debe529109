/**
 * The last check of a definition in normal form, by the owner of its plan: the record may come from anywhere.
 * Promise: what passes can be planned and run without an exception; the check costs about a microsecond a step.
 */
import { limits, type JsonObject, type NormalDefinition, type NormalStep, type RetryPolicy } from '@waybill/contracts';
import { inputDepth, misfit } from '../record-size.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkGraph } from './check-graph.ts';
import type { DefinitionProblem } from './problem.ts';

/** The first few problems; none: it can be run. */
export function checkDefinition(definition: NormalDefinition): readonly DefinitionProblem[] {
  if (!isNormal(definition)) return [invalid('The definition is not in normal form.')];
  const size = misfit({ steps: definition.steps as unknown as JsonObject[], output: definition.output }, inputDepth);
  if (size !== undefined) {
    return [{ code: size, detail: 'The definition does not fit into one record.', pointer: '' }];
  }
  const graph = checkGraph(definition.steps);
  return 'problems' in graph ? graph.problems : checkExpressions(definition, graph);
}

const invalid = (detail: string): DefinitionProblem => ({ code: 'invalid_definition', detail, pointer: '' });

function isNormal(value: NormalDefinition): boolean {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.version === 'number' &&
    value.output !== undefined &&
    Array.isArray(value.steps) &&
    value.steps.every(isNormalStep)
  );
}

function isNormalStep(step: NormalStep): boolean {
  return (
    isObject(step) &&
    typeof step.step_id === 'string' &&
    typeof step.agent === 'string' &&
    typeof step.reason === 'string' &&
    Array.isArray(step.needs) &&
    step.needs.every((need) => typeof need === 'string') &&
    isObject(step.with) &&
    isMs(step.timeout_ms) &&
    step.timeout_ms <= limits.stepTimeoutMs &&
    isRetry(step.retry)
  );
}

const isRetry = (retry: RetryPolicy): boolean =>
  isObject(retry) && isMs(retry.max_attempts) && isMs(retry.initial_ms) && isMs(retry.factor) && isMs(retry.max_ms);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isMs = (value: unknown): boolean => typeof value === 'number' && value >= 0 && Number.isFinite(value);
