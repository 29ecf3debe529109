/** What fits into a body and into no record: refused before there is a task, a key or a stored file. */
import { task, type Bad } from './bad-input.ts';

const echoing = (chars: number): object => ({ steps: { a: { agent: 'echo', with: { x: 'x'.repeat(chars) } } } });
const echoingOften = (steps: number, chars: number): object => ({
  steps: Object.fromEntries(
    Array.from({ length: steps }, (_, place) => [`s${place}`, { agent: 'echo', with: { x: 'x'.repeat(chars) } }]),
  ),
});
const tooLarge = (what: string, body: object, pointer: string, more: Partial<Bad> = {}): Bad =>
  task(what, body, 'payload_too_large', { status: 413, pointer, ...more });

export const badSizes: Bad[] = [
  ...[1_033_000, 1_039_000, 1_100_000].map((chars) =>
    tooLarge(`input of ${chars} characters`, { workflow: 'typed', input: { id: 'x'.repeat(chars) } }, '/input', {
      says: /Add large content as a document/,
    }),
  ),
  tooLarge('input of many bytes', { workflow: 'typed', input: { id: 'ä'.repeat(517_000) } }, '/input'),
  tooLarge(
    'large input that is only tried',
    { workflow: 'typed', dry_run: true, input: { id: 'x'.repeat(1_033_000) } },
    '/input',
  ),
  tooLarge('a large definition', { definition: echoing(1_039_000) }, '/definition'),
  tooLarge(
    'a definition that is too large once it is planned',
    { definition: echoingOften(1_000, 765) },
    '/definition',
  ),
  tooLarge(
    'such a definition that is only tried',
    { definition: echoingOften(1_000, 765), dry_run: true },
    '/definition',
  ),
  tooLarge('input and definition together', { definition: echoing(600_000), input: { x: 'x'.repeat(600_000) } }, ''),
  tooLarge('large metadata', { name: 'large', text: 'a', metadata: { x: 'x'.repeat(1_039_000) } }, '/metadata', {
    to: 'POST /v1/documents',
  }),
];
