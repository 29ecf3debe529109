/** Definitions that cannot be run, and headers that fit no task. */
import { echo, goal, raw, task, type Bad } from './bad-input.ts';

const inline = (steps: object, more: object = {}): object => ({ definition: { steps, ...more } });

export const badDefinitions: Bad[] = [
  task('no steps', inline({}), 'no_steps', { pointer: '/definition/steps' }),
  task('steps that are a list', inline([]), 'invalid_definition', { pointer: '/definition/steps' }),
  task('no steps at all', { definition: {} }, 'invalid_definition', { pointer: '/definition/steps' }),
  task('an unknown agent', inline({ s1: { agent: 'ecoh' } }), 'unknown_agent', {
    pointer: '/definition/steps/s1/agent',
    says: /Did you mean echo/,
  }),
  task('an unknown need', inline({ s1: echo({ needs: ['s0'] }) }), 'unknown_need', {
    pointer: '/definition/steps/s1/needs/0',
  }),
  task('a step that needs itself', inline({ s1: echo({ needs: ['s1'] }) }), 'cycle'),
  task('a cycle', inline({ a: echo({ needs: ['b'] }), b: echo({ needs: ['a'] }) }), 'cycle', { says: /a -> b|b -> a/ }),
  task('a bad expression', inline({ s1: echo({ with: { x: '${{ 1 + }}' } }) }), 'invalid_expression', {
    pointer: '/definition/steps/s1/with/x',
  }),
  task(
    'an escaped NUL in an expression',
    inline({ s1: echo() }, { output: '${{ "a\\u0000b" }}' }),
    'invalid_expression',
    {
      pointer: '/definition/output',
    },
  ),
  task(
    'a key in an expression that would be dropped',
    inline({ s1: echo({ with: { x: '${{ {"constructor": 1} }}' } }) }),
    'invalid_expression',
    {
      pointer: '/definition/steps/s1/with/x',
      says: /constructor/,
    },
  ),
  task(
    'an unknown step in an expression',
    inline({ s1: echo({ with: { x: '${{ steps.s9.output }}' } }) }),
    'invalid_expression',
  ),
  task('an unknown field of a step', inline({ s1: echo({ need: [] }) }), 'invalid_definition', {
    pointer: '/definition/steps/s1/need',
    says: /Did you mean needs/,
  }),
  task('a bad step id', inline({ '1 a': echo() }), 'invalid_definition'),
  task('a bad time-out', inline({ s1: echo({ timeout: 'soon' }) }), 'invalid_definition', {
    pointer: '/definition/steps/s1/timeout',
  }),
  task('a bad schema of the input', inline({ s1: echo() }, { input: { type: 'strnig' } }), 'invalid_definition', {
    pointer: '/definition/input/type',
  }),
  task('a key that is too long', goal({}), 'invalid_request', {
    headers: { 'idempotency-key': 'x'.repeat(256) },
    pointer: 'Idempotency-Key',
  }),
  task('a key with a blank', goal({}), 'invalid_request', {
    headers: { 'idempotency-key': 'a b' },
    pointer: 'Idempotency-Key',
  }),
  task('XML', raw('<a/>'), 'unsupported_media_type', { headers: { 'content-type': 'text/xml' }, status: 415 }),
  task('a form', raw('goal=a'), 'unsupported_media_type', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
  }),
  task('a multipart task', raw('--x--'), 'unsupported_media_type', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    status: 415,
  }),
];
