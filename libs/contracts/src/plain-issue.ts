/** What zod finds wrong with a value, in words for the person who gave it. Promise: no value is shown; what a schema says in its own words stays. */

/** What is read of zod's issues. */
export interface PlainIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly expected?: string;
  readonly format?: string;
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly values?: readonly unknown[];
}

const zodsOwn = /^(?:Too (?:small|big)|Invalid (?:input|option|URL))\b/;
const numbers = new Set(['number', 'int', 'bigint']);
const kinds = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
]);

/** Follows the name of the value. */
export function plainIssue(issue: PlainIssue): string {
  if (!zodsOwn.test(issue.message)) return issue.message;
  if (issue.message.endsWith('received undefined')) return 'is missing';
  const words = rephrased.get(issue.code)?.(issue);
  return words === undefined ? issue.message : `must ${words}`;
}

const rephrased = new Map<string | undefined, (issue: PlainIssue) => string | undefined>([
  ['too_small', (issue) => bound(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')],
  ['too_big', (issue) => bound(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')],
  ['invalid_value', ({ values = [] }) => `be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`],
  ['invalid_format', ({ format }) => (format === 'url' ? 'be an address, such as http://127.0.0.1:8080' : undefined)],
  ['invalid_type', ({ expected = '' }) => (kinds.has(expected) ? `be ${kinds.get(expected)}` : undefined)],
]);

function bound({ origin = '' }: PlainIssue, limit: number | bigint | undefined, how: string): string {
  if (numbers.has(origin)) return `be ${how} ${limit}`;
  if (how === 'at least' && limit === 1) return 'not be empty';
  return `have ${how} ${limit} ${origin === 'string' ? 'character' : 'item'}${limit === 1 ? '' : 's'}`;
}
