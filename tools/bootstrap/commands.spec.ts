import { expect, it } from 'vitest';
import { commandNames, findCommand } from './commands.mjs';

it('hands arguments to the target as they were given', () => {
  expect(findCommand('sim', ['--seeds', '2000', '--seed', '7'])?.args).toEqual(['--seeds', '2000', '--seed', '7']);
});

it('runs all tests with coverage', () => {
  expect(findCommand('test', [])?.args).toEqual(['run', '--coverage']);
  expect(findCommand('test', ['--reporter=json'])?.args).toEqual(['run', '--coverage', '--reporter=json']);
});

it.each([[['libs/workflow']], [['-t', 'ends']], [['--project=e2e']], [['--no-coverage']]])(
  'leaves coverage out for a part of the tests: %j',
  (args) => expect(findCommand('test', args)?.args).toEqual(['run', ...args]),
);

it('knows no command by a name of Object', () => {
  expect(findCommand('toString', [])).toBeUndefined();
  expect(findCommand(undefined, [])).toBeUndefined();
  expect(commandNames).toContain('start');
});
