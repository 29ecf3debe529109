/** Every template of a definition: it compiles, and the steps that it reads are among the (transitive) needs of its step. */
import type { NormalDefinition, NormalStep } from '@waybill/contracts';
import { pointerOf, visitTemplates, type Path } from '../expressions/render.ts';
import type { Template } from '../expressions/template.ts';
import type { Graph } from './check-graph.ts';
import { maxProblems, type DefinitionProblem } from './problem.ts';
import { reachability } from './topology.ts';

export function checkExpressions(
  definition: Pick<NormalDefinition, 'steps' | 'output'>,
  graph: Graph,
): DefinitionProblem[] {
  const { steps, output } = definition;
  const problems: DefinitionProblem[] = [];
  const report = (path: Path, detail: string): void => {
    if (problems.length < maxProblems) problems.push({ code: 'invalid_expression', detail, pointer: pointerOf(path) });
  };
  let reaches: ReturnType<typeof reachability> | undefined;
  const isNeeded = (step: NormalStep, id: string): boolean => {
    if (step.needs.includes(id)) return true;
    const place = graph.places.get(id);
    if (place === undefined) return false;
    reaches ??= reachability(steps, graph.places, graph.order);
    return reaches(graph.places.get(step.step_id)!, place);
  };
  const check = (template: Template, path: Path, whyNot: (id: string) => string | undefined): void => {
    const { problem, parts } = template;
    if (problem) report(path, `The expression \`${shortened(problem.expression)}\` is not valid: ${problem.reason}.`);
    for (const part of parts) {
      if (typeof part === 'string') continue;
      for (const id of part.steps) {
        const why = whyNot(id);
        if (why !== undefined) report(path, `The expression \`${shortened(part.text)}\` reads step ${id}, ${why}.`);
      }
    }
  };
  const missing = (id: string): string | undefined => (graph.places.has(id) ? undefined : 'and there is no such step');
  for (const step of steps) {
    const whyNot = (id: string): string | undefined =>
      isNeeded(step, id) ? undefined : (missing(id) ?? `which step ${step.step_id} does not need`);
    visitTemplates(step.with, ['steps', step.step_id, 'with'], (template, path) => check(template, path, whyNot));
  }
  visitTemplates(output, ['output'], (template, path) => check(template, path, missing));
  return problems;
}

const mostChars = 200;

/** The pointer says where all of it is. */
const shortened = (expression: string): string =>
  expression.length <= mostChars ? expression : `${expression.slice(0, mostChars).replace(/[\uD800-\uDBFF]$/, '')}…`;
