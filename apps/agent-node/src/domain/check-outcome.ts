/**
 * What an agent answered, or why it cannot be put on the log.
 * Promises: what passes survives JSON unchanged, and is no deeper than inputs may be; nothing that an agent answers makes it throw, nor cost more
 * than what is looked at before the first problem.
 */
import { failureOf, isText, limits, Outcome, PlatformError, type Json } from '@waybill/contracts';

/** `known` is JSON already: an agent may answer it without having it looked at again. */
export function checkOutcome(agent: string, outcome: unknown, known: Json): Outcome {
  try {
    return checked(agent, outcome, known);
  } catch {
    return invalid(agent, 'a place that cannot be read');
  }
}

function checked(agent: string, outcome: unknown, known: Json): Outcome {
  if (isEcho(outcome, known)) return outcome;
  const problem = problemOf(outcome, '', 0);
  if (problem !== undefined) return invalid(agent, problem);
  const parsed = Outcome.safeParse(outcome);
  if (parsed.success) return parsed.data;
  const [{ path, message } = { path: [], message: 'wrong shape' }] = parsed.error.issues;
  return invalid(agent, `/${path.join('/')}: ${message}`);
}

function isEcho(outcome: unknown, known: Json): outcome is Outcome {
  if (typeof outcome !== 'object' || outcome === null) return false;
  const { status, output } = outcome as { status?: unknown; output?: unknown };
  return status === 'completed' && output === known && Object.keys(outcome).length === 2;
}

/** Where and why it is not JSON; undefined when it is. A cycle is found as too deep. */
function problemOf(value: unknown, at: string, depth: number): string | undefined {
  if (depth > limits.jsonDepth + 1) return `${at.slice(0, 60)}…: nested deeper than ${limits.jsonDepth}, or a cycle`;
  switch (typeof value) {
    case 'string':
      return isText(value) ? undefined : `${at}: text with a NUL character or a lone surrogate`;
    case 'number':
      return Number.isFinite(value) ? undefined : `${at}: ${value}`;
    case 'boolean':
      return undefined;
    case 'object':
      return value === null ? undefined : memberProblem(value, at, depth);
    case 'undefined':
    case 'function':
    case 'bigint':
    case 'symbol':
      return `${at}: ${typeof value}`;
  }
}

function memberProblem(value: object, at: string, depth: number): string | undefined {
  if (Array.isArray(value)) return listProblem(value, at, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${at}: an object of a class`;
  return firstProblem(Object.entries(value), at, depth);
}

/** By place, so that a list of many holes is not gone through. */
function listProblem(list: readonly unknown[], at: string, depth: number): string | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const problem = problemOf(list[index], `${at}/${index}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function firstProblem(members: readonly (readonly [string, unknown])[], at: string, depth: number): string | undefined {
  for (const [key, member] of members) {
    const problem = isText(key) ? problemOf(member, `${at}/${key}`, depth + 1) : `${at}: a key that is no text`;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function invalid(agent: string, problem: string): Outcome {
  const detail = `Agent ${agent} answered with something that is not JSON or no outcome, at ${problem}.`;
  return { status: 'failed', error: failureOf(new PlatformError('invalid_output', { detail })) };
}
