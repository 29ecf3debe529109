/**
 * A definition as its author wrote it to the normal form that is hashed, stored and planned from: defaults filled in, durations in
 * milliseconds, steps in the order in which they were written. Nothing is guessed: a step that reads another must need it.
 */
import {
  retryDefaults,
  stepTimeoutDefaultMs,
  type Duration,
  type Json,
  type JsonObject,
  type NormalDefinition,
  type NormalStep,
  type RetryPolicy,
  type StepDefinition,
  type WorkflowDefinition,
} from '@waybill/contracts';
import { pointerOf, type Path } from '../expressions/render.ts';
import { isForbiddenKey } from './check-graph.ts';
import { durationMs } from './duration.ts';
import { checkDefinition } from './normal-form.ts';
import { maxProblems, type DefinitionProblem } from './problem.ts';

export type Normalised =
  | { readonly ok: true; readonly definition: NormalDefinition }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

export function normaliseDefinition(definition: WorkflowDefinition): Normalised {
  const problems: DefinitionProblem[] = [];
  const report: Report = (path, detail) => {
    problems.push({ code: 'invalid_definition', detail, pointer: pointerOf(path) });
  };
  const steps = Object.entries(definition.steps).map(([id, step]) => normalStep(id, step, report));
  const normal: NormalDefinition = {
    name: definition.name ?? 'workflow',
    version: definition.version ?? 1,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    ...(definition.input === undefined ? {} : { input: definition.input }),
    steps,
    output: definition.output ?? leafOutputs(steps),
  };
  const found = checkDefinition(normal);
  if (found.length === 0) checkKeys(normal, report);
  const all = [...problems, ...found].slice(0, maxProblems);
  return all.length === 0 ? { ok: true, definition: normal } : { ok: false, problems: all };
}

type Report = (path: Path, detail: string) => void;

function normalStep(id: string, step: StepDefinition, report: Report): NormalStep {
  const { agent, needs = [], with: input = {}, timeout, reason = defaultReason(needs) } = step;
  const reportAt: Report = (path, detail) => report(['steps', id, ...path], detail);
  return {
    step_id: id,
    agent,
    needs,
    with: input,
    retry: normalRetry(step.retry ?? {}, reportAt),
    timeout_ms: normalDuration(timeout, { path: ['timeout'], least: 1, report: reportAt }) ?? stepTimeoutDefaultMs,
    reason,
  };
}

function normalRetry(
  { max_attempts, initial, factor, max }: NonNullable<StepDefinition['retry']>,
  report: Report,
): RetryPolicy {
  return {
    max_attempts: max_attempts ?? retryDefaults.max_attempts,
    initial_ms: normalDuration(initial, { path: ['retry', 'initial'], least: 0, report }) ?? retryDefaults.initial_ms,
    factor: factor ?? retryDefaults.factor,
    max_ms: normalDuration(max, { path: ['retry', 'max'], least: 0, report }) ?? retryDefaults.max_ms,
  };
}

interface Place {
  readonly path: Path;
  readonly least: number;
  readonly report: Report;
}

function normalDuration(duration: Duration | undefined, { path, least, report }: Place): number | undefined {
  if (duration === undefined) return undefined;
  const ms = durationMs(duration);
  if (ms !== undefined && ms >= least) return ms;
  report(path, `${JSON.stringify(duration)} is not a duration of ${least} ms to 24 h.`);
  return undefined;
}

const defaultReason = (needs: readonly string[]): string =>
  needs.length === 0
    ? 'It needs no other step, so it can start at once.'
    : `It builds on ${needs.slice(0, 10).join(', ')}.`;

/** Without an `output` of its own a workflow answers what nothing else needed: the one last step's output, or each by its id. */
function leafOutputs(steps: readonly NormalStep[]): Json {
  const needed = new Set(steps.flatMap((step) => step.needs));
  const leaves = steps.filter((step) => !needed.has(step.step_id)).map((step) => step.step_id);
  const outputOf = (id: string): string => `\${{ steps["${id}"].output }}`;
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return outputOf(only);
  return Object.fromEntries(leaves.map((id) => [id, outputOf(id)]));
}

/** Keys of `with` and `output` become keys of objects that expressions and agents read. */
function checkKeys(definition: NormalDefinition, report: Report): void {
  const walk = (value: Json, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries<Json>(value as JsonObject)) {
      const place = [...path, key];
      if (isForbiddenKey(key)) report(place, `The key ${key} is a name that every object has.`);
      walk(member, place);
    }
  };
  for (const step of definition.steps) walk(step.with, ['steps', step.step_id, 'with']);
  walk(definition.output, ['output']);
}
