/**
 * Templates inside nested JSON: rendering them at dispatch, and listing them for the check of a definition.
 * Promise: rendering ends, whatever its author wrote (one tank of fuel for all the templates of one value), and never throws.
 */
import type { Json, JsonObject } from '@waybill/contracts';
import { reasonOf, type Scope } from './expression.ts';
import { refuel } from './fuel.ts';
import { compileTemplate, hasTemplate, renderTemplate, type Template } from './template.ts';

export type Rendered<T extends Json> = { readonly value: T } | { readonly expression: string; readonly reason: string };

export function render<T extends Json>(value: T, scope: Scope): Rendered<T> {
  let expression = '';
  refuel();
  try {
    return { value: renderValue(value, scope, (text) => (expression = text)) as T };
  } catch (error) {
    return { expression, reason: reasonOf(error) };
  }
}

export type Path = readonly (string | number)[];

/** Every string with a template. `path` is where it is, a stack that changes as the walk goes on. */
export function visitTemplates(
  value: Json,
  path: (string | number)[],
  visit: (template: Template, path: Path) => void,
): void {
  if (typeof value === 'string') {
    if (hasTemplate(value)) visit(compileTemplate(value), path);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) visitMember(value[index]!, index, path, visit);
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) visitMember(value[key]!, key, path, visit);
  }
}

/** RFC 6901. */
export const pointerOf = (path: Path): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function visitMember(
  member: Json,
  key: string | number,
  path: (string | number)[],
  visit: (template: Template, path: Path) => void,
): void {
  if (typeof member !== 'string' && (typeof member !== 'object' || member === null)) return;
  path.push(key);
  visitTemplates(member, path, visit);
  path.pop();
}

function renderValue(value: Json, scope: Scope, onExpression: (text: string) => void): Json {
  if (typeof value === 'string') {
    if (!hasTemplate(value)) return value;
    const template = compileTemplate(value);
    if (template.problem) {
      onExpression(template.problem.expression);
      throw new Error(template.problem.reason);
    }
    return renderTemplate(template, scope, onExpression);
  }
  if (Array.isArray(value)) return value.map((member) => renderValue(member, scope, onExpression));
  if (typeof value !== 'object' || value === null) return value;
  const rendered: JsonObject = {};
  for (const key of Object.keys(value)) rendered[key] = renderValue(value[key] as Json, scope, onExpression);
  return rendered;
}
