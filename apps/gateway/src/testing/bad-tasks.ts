/** JSON that is no task. */
import { echo, goal, raw, task, type Bad } from './bad-input.ts';

export const badTasks: Bad[] = [
  task('a list', [1], 'invalid_request'),
  task('a string', 'goal', 'invalid_request'),
  task('null', raw('null'), 'invalid_request'),
  task('nothing to do', {}, 'invalid_request', { says: /one of goal/ }),
  task('goal and workflow', goal({ workflow: 'typed' }), 'invalid_request', { pointer: '/workflow' }),
  task('goal and definition', goal({ definition: { steps: { s1: echo() } } }), 'invalid_request', {
    pointer: '/definition',
  }),
  task('workflow and definition', { workflow: 'typed', definition: { steps: {} } }, 'invalid_request', {
    pointer: '/definition',
  }),
  task('a goal that is a number', { goal: 1 }, 'invalid_request', { pointer: '/goal' }),
  task('an empty goal', { goal: '' }, 'invalid_request', { pointer: '/goal' }),
  task('a blank goal', { goal: ' \n' }, 'invalid_request', { pointer: '/goal' }),
  task('a goal that is too long', { goal: 'a'.repeat(20_001) }, 'invalid_request', { pointer: '/goal' }),
  task('an unknown field', goal({ foo: 1 }), 'invalid_request', { pointer: '/foo' }),
  task('a misspelt field', goal({ prioritty: 1 }), 'invalid_request', {
    pointer: '/prioritty',
    says: /Did you mean priority/,
  }),
  task('priority 10', goal({ priority: 10 }), 'invalid_request', { pointer: '/priority' }),
  task('priority -1', goal({ priority: -1 }), 'invalid_request', { pointer: '/priority' }),
  task('half a priority', goal({ priority: 1.5 }), 'invalid_request', { pointer: '/priority' }),
  task('a priority in words', goal({ priority: 'high' }), 'invalid_request', { pointer: '/priority' }),
  task('a negative budget', goal({ budget: { tokens: -1 } }), 'invalid_request', { pointer: '/budget/tokens' }),
  task('an unknown budget', goal({ budget: { usd: 1 } }), 'invalid_request', { pointer: '/budget/usd' }),
  task('a budget that is a number', goal({ budget: 5 }), 'invalid_request', { pointer: '/budget' }),
  task('labels that are a list', goal({ labels: ['a'] }), 'invalid_request', { pointer: '/labels' }),
  task('a label that is a number', goal({ labels: { a: 1 } }), 'invalid_request', { pointer: '/labels/a' }),
  task('a label that is too long', goal({ labels: { a: 'x'.repeat(257) } }), 'invalid_request', {
    pointer: '/labels/a',
  }),
  task(
    'too many labels',
    goal({ labels: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`l${n}`, ''])) }),
    'invalid_request',
    { pointer: '/labels' },
  ),
  task('a deadline that is no time', goal({ deadline: 'tomorrow' }), 'invalid_request', { pointer: '/deadline' }),
  task('a deadline without a zone', goal({ deadline: '2099-01-01T00:00:00' }), 'invalid_request', {
    pointer: '/deadline',
  }),
  task('a deadline that has passed', goal({ deadline: '2001-01-01T00:00:00Z' }), 'deadline_passed', {
    pointer: '/deadline',
  }),
  task('a deadline in the year 10000', goal({ deadline: '9999-12-31T23:59:59-01:00' }), 'invalid_request', {
    pointer: '/deadline',
  }),
  task('dry_run as text', goal({ dry_run: 'yes' }), 'invalid_request', { pointer: '/dry_run' }),
  task('input that is a list', { workflow: 'typed', input: [] }, 'invalid_request', { pointer: '/input' }),
  task('input that does not match', { workflow: 'typed', input: { id: 1 } }, 'invalid_input', { pointer: '/input/id' }),
  task('input that misses a field', { workflow: 'typed', input: {} }, 'invalid_input', { pointer: '/input' }),
  task('input that does not match inside', { workflow: 'typed', input: { id: 'a', tags: ['a', 2] } }, 'invalid_input', {
    pointer: '/input/tags/1',
  }),
  task('no input where one is required', { workflow: 'typed' }, 'invalid_input', { pointer: '/input' }),
  ...[5, 'a b', '', ['a'], 'x'.repeat(129)].map((collection) =>
    task(
      `a goal over the collection ${JSON.stringify(collection).slice(0, 9)}`,
      goal({ input: { collection } }),
      'invalid_input',
      {
        pointer: '/input/collection',
        says: /^collection: /,
      },
    ),
  ),
  task('an unknown workflow', { workflow: 'typd' }, 'unknown_workflow', {
    pointer: '/workflow',
    says: /Did you mean typed/,
  }),
  task('an unknown version', { workflow: 'typed@7' }, 'unknown_workflow', { pointer: '/workflow' }),
  task('a workflow name that is none', { workflow: '../etc' }, 'invalid_request', { pointer: '/workflow' }),
];
