import { describe, expect, it } from 'vitest';
import { asksForHelp, readArguments } from './arguments.ts';

const usage = 'docs add FOLDER [--collection NAME]\ndocs search "words"';
const read = (args: readonly string[]) =>
  readArguments(args, { collection: { type: 'string' } } as const, { count: 1, usage });

describe('the arguments of a command', () => {
  it.each([
    [['x', '--foo'], 'There is no option --foo.'],
    [['x', '--foo=1'], 'There is no option --foo.'],
    [['x', '--collection'], 'Option --collection needs a value.'],
    [['x', '--collection', '--foo'], 'Option --collection needs a value.'],
    [[], 'Something is missing.'],
    [[' '], 'One of the words is empty.'],
    [['x', '--collection', ''], 'Option --collection is empty.'],
    [['x', 'y'], 'Too many words (put a question in quotes).'],
  ])('that do not fit (%j) are answered in whole sentences, with the usage', (args, why) => {
    const detail = `${why} Usage: waybill docs add FOLDER [--collection NAME], or waybill docs search "words"`;
    expect(() => read(args)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });

  it('ask for help anywhere before --', () => {
    expect(asksForHelp(['x', '--help'])).toBe(true);
    expect(asksForHelp(['-h'])).toBe(true);
    expect(asksForHelp(['x', '--', '--help'])).toBe(false);
    expect(read(['--', '--help']).words).toEqual(['--help']);
  });
});
