/**
 * What logs and spans say about a thrown value: name, message, stable code, error class, stack and the chain of causes.
 * Promises: takes anything that can be thrown, never throws, ends on cycles, scrubs secrets. Other properties of an error
 * stay out: database drivers put rows of personal data there.
 */
import { isNativeError } from 'node:util/types';
import { scrubText } from './scrub-text.ts';

export type ErrorFields = {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /** The platform's error class (`transient`, `bug`, ...), from the error's `errorClass`. */
  readonly class?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
  /** Members of an AggregateError, the first five. */
  readonly errors?: readonly ErrorFields[];
};

const maxDepth = 5;
const maxMembers = 5;

/** Depth and number of causes are bounded to five. */
export function describeError(thrown: unknown): ErrorFields {
  try {
    return describe(thrown, 1);
  } catch {
    return { name: 'Error', message: '[unreadable]' };
  }
}

/** Errors of other realms count too. */
export function isErrorObject(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

function describe(thrown: unknown, depth: number): ErrorFields {
  if (!isErrorObject(thrown)) return { name: typeof thrown, message: scrubText(textOf(thrown)) };
  const { code, errorClass } = thrown as { code?: unknown; errorClass?: unknown };
  return {
    name: thrown.name,
    message: scrubText(thrown.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof errorClass === 'string' ? { class: errorClass } : {}),
    ...(typeof thrown.stack === 'string' ? { stack: scrubText(thrown.stack) } : {}),
    ...(depth < maxDepth ? describeOrigins(thrown, depth + 1) : {}),
  };
}

function describeOrigins(error: Error, depth: number): Pick<ErrorFields, 'cause' | 'errors'> {
  const members: unknown = (error as { errors?: unknown }).errors;
  return {
    ...(error.cause === undefined ? {} : { cause: describe(error.cause, depth) }),
    ...(Array.isArray(members)
      ? { errors: members.slice(0, maxMembers).map((member) => describe(member, depth)) }
      : {}),
  };
}

/** An object's own text would show its fields, secrets included. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? Object.prototype.toString.call(thrown) : String(thrown);
}
