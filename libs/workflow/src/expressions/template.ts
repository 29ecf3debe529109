/**
 * `${{ expression }}` inside strings. A string that is one template yields the expression's value with its type;
 * in mixed text, strings go in as they are and other values as canonical JSON.
 * Compiled templates are remembered by their text: a pure memo of bounded size, whose loss costs time and nothing else.
 */
import { canonicalJson, type Json } from '@waybill/contracts';
import { burn } from './fuel.ts';
import { compileExpression, type Expression, type Scope } from './expression.ts';

export interface Template {
  /** Text and expressions in turn; exactly one expression: the value itself. */
  readonly parts: readonly (string | Expression)[];
  readonly problem: { readonly expression: string; readonly reason: string } | undefined;
}

const opening = '${{';
const remembered = 4_096;
let young = new Map<string, Template>();
let old = new Map<string, Template>();

export const hasTemplate = (text: string): boolean => text.includes(opening);

export function compileTemplate(text: string): Template {
  const known = young.get(text);
  if (known) return known;
  const template = old.get(text) ?? parseTemplate(text);
  if (young.size >= remembered) {
    old = young;
    young = new Map();
  }
  young.set(text, template);
  return template;
}

/** Throws an Error whose message is the reason; `onExpression` learns which expression is at work. */
export function renderTemplate(template: Template, scope: Scope, onExpression: (text: string) => void): Json {
  const only = template.parts[0];
  if (template.parts.length === 1 && only !== undefined) return renderPart(only, scope, onExpression);
  let text = '';
  for (const part of template.parts) {
    const value = renderPart(part, scope, onExpression);
    const piece = typeof value === 'string' ? value : canonicalJson(value);
    burn(piece.length >> 4);
    text += piece;
  }
  return text;
}

function renderPart(part: string | Expression, scope: Scope, onExpression: (text: string) => void): Json {
  if (typeof part === 'string') return part;
  onExpression(part.text);
  return part.evaluate(scope);
}

function parseTemplate(text: string): Template {
  const parts: (string | Expression)[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf(opening, position);
    if (start < 0) break;
    const end = closingOf(text, start + opening.length);
    const source = text.slice(start + opening.length, end < 0 ? undefined : end).trim();
    if (end < 0) return broken(source, 'its }} is missing');
    const expression = compileExpression(source);
    if ('reason' in expression) return broken(source, expression.reason);
    if (start > position) parts.push(text.slice(position, start));
    parts.push(expression);
    position = end + 2;
  }
  if (position < text.length) parts.push(text.slice(position));
  return { parts, problem: undefined };
}

const broken = (expression: string, reason: string): Template => ({ parts: [], problem: { expression, reason } });

/** The `}}` that closes a template: not one in a string literal, nor one that ends a map literal. */
function closingOf(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"' || char === "'") index = endOfString(text, index);
    else if (char === '{') depth += 1;
    else if (char === '}' && depth > 0) depth -= 1;
    else if (char === '}' && text[index + 1] === '}') return index;
  }
  return -1;
}

function endOfString(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === text[from]) return index;
  }
  return text.length;
}
