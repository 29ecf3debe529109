/** A value against its schema, and what is wrong with it in words for the person who sent it. */
import { plainIssue, PlatformError, type ErrorCode, type PlainIssue } from '@waybill/contracts';
import { pointerOf } from './json-place.ts';
import { didYouMean } from './nearest-name.ts';

interface Issue extends PlainIssue {
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
}

/** What zod's schemas offer; this layer knows no package. */
export interface Shape<Out> {
  safeParse(value: unknown): { success: true; data: Out } | { success: false; error: { issues: readonly unknown[] } };
}

export interface ShapeOptions {
  /** Where the value stands: a JSON pointer into the body, or the name of a parameter. */
  readonly at?: string;
  readonly code?: ErrorCode;
  /** The fields that may be there, for a hint. */
  readonly fields?: readonly string[];
}

/** Throws `invalid_request` (or `code`) with a pointer to the first thing that is wrong. */
export function checkShape<Out>(shape: Shape<Out>, value: unknown, options: ShapeOptions = {}): Out {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues[0] as Issue);
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys![0]!] : issue.path;
  throw new PlatformError(options.code ?? 'invalid_request', {
    detail: sentence(issue, options),
    pointer: (options.at ?? '') + pointerOf(path),
  });
}

/** Of a union, what the branch says that came furthest; of a record, what its key says. */
function deepest(issue: Issue): Issue {
  const branches = issue.errors?.map((branch) => branch[0]).filter((first) => first !== undefined) ?? [];
  const best = branches.toSorted(
    (a, b) => b.path.length - a.path.length || Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
  )[0];
  if (best) return deepest({ ...best, path: [...issue.path, ...best.path] });
  const inner = issue.issues?.[0];
  return inner ? { ...inner, path: issue.path } : issue;
}

function sentence(issue: Issue, { at = '', fields = [] }: ShapeOptions): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys![0]!;
    return `The field ${JSON.stringify(key)} is not known.${didYouMean(key, fields)}`;
  }
  const name = issue.path.map(String).join('.') || nameOfPlace(at);
  return issue.message === 'Invalid input'
    ? `${name} does not have the expected type.`
    : `${name}: ${plainIssue(issue)}.`;
}

const nameOfPlace = (at: string): string => (at === '' ? 'The body' : at.replace(/^\//, ''));
