/** Names, needs and cycles of a definition in normal form. */
import { limits, Name } from '@waybill/contracts';
import { pointerOf } from '../expressions/render.ts';
import type { DefinitionProblem } from './problem.ts';
import { sortSteps, type Node } from './topology.ts';

export interface Graph {
  readonly places: ReadonlyMap<string, number>;
  readonly order: readonly number[];
}

/** Names that every object has: as keys they would reach a prototype sooner or later. */
const forbidden = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

export const isForbiddenKey = (key: string): boolean => forbidden.has(key);

export function checkGraph(steps: readonly Node[]): Graph | { problems: DefinitionProblem[] } {
  if (steps.length === 0) {
    return { problems: [{ code: 'no_steps', detail: 'The workflow has no steps.', pointer: '/steps' }] };
  }
  if (steps.length > limits.steps) {
    const detail = `The workflow has ${steps.length} steps, and ${limits.steps} are allowed.`;
    return { problems: [{ code: 'invalid_definition', detail, pointer: '/steps' }] };
  }
  const places = new Map(steps.map((step, place) => [step.step_id, place]));
  const problems: DefinitionProblem[] = [];
  for (const step of steps) {
    checkName(step, problems);
    checkNeeds(step, places, problems);
  }
  if (places.size < steps.length) problems.push(twice(steps, places));
  if (problems.length > 0) return { problems };
  const sorted = sortSteps(steps, places);
  if ('order' in sorted) return { places, order: sorted.order };
  const { cycle } = sorted;
  const detail = `The steps form a cycle: ${shortened(cycle).join(' -> ')}.`;
  return { problems: [{ code: 'cycle', detail, pointer: pointerOf(['steps', cycle[0]!, 'needs']) }] };
}

function checkName({ step_id: id }: Node, problems: DefinitionProblem[]): void {
  const rule = isForbiddenKey(id) ? 'is a name that every object has' : nameRule(id);
  if (rule === undefined) return;
  const detail = `The step id ${JSON.stringify(id.slice(0, limits.nameChars))} ${rule}.`;
  problems.push({ code: 'invalid_definition', detail, pointer: pointerOf(['steps', id]) });
}

const wellFormed = /^[A-Za-z_][A-Za-z0-9_-]*$/;

function nameRule(id: string): string | undefined {
  if (wellFormed.test(id) && id.length <= limits.nameChars) return undefined;
  return Name.safeParse(id).error?.issues[0]?.message ?? 'is not a valid name';
}

function checkNeeds(
  { step_id: id, needs }: Node,
  places: ReadonlyMap<string, number>,
  problems: DefinitionProblem[],
): void {
  const seen = needs.length > 1 ? new Set<string>() : undefined;
  for (let index = 0; index < needs.length; index += 1) {
    const need = needs[index]!;
    if (!places.has(need)) {
      const detail = `Step ${id} needs ${JSON.stringify(need)}, and there is no such step.`;
      problems.push({ code: 'unknown_need', detail, pointer: pointerOf(['steps', id, 'needs', index]) });
    } else if (seen?.has(need)) {
      const detail = `Step ${id} needs ${need} twice.`;
      problems.push({ code: 'invalid_definition', detail, pointer: pointerOf(['steps', id, 'needs', index]) });
    }
    seen?.add(need);
  }
}

function twice(steps: readonly Node[], places: ReadonlyMap<string, number>): DefinitionProblem {
  const { step_id: id } = steps.find((step, place) => places.get(step.step_id) !== place)!;
  return { code: 'invalid_definition', detail: `Two steps have the id ${id}.`, pointer: pointerOf(['steps', id]) };
}

/** A long cycle by its two ends. */
const shortened = (cycle: readonly string[]): readonly string[] =>
  cycle.length <= 20 ? cycle : [...cycle.slice(0, 10), `... ${cycle.length - 19} more ...`, ...cycle.slice(-9)];
