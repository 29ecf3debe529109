import { describe, expect, it } from 'vitest';
import { readStartOptions, startUsage } from './start-options.ts';

describe('npm start', () => {
  it('stays up and shows the sample unless it is told otherwise', () => {
    expect(readStartOptions([])).toEqual({ help: false, once: false, sample: true });
    expect(readStartOptions(['--once', '--no-sample'])).toEqual({ help: false, once: true, sample: false });
  });

  it.each(['--help', '-h'])('explains itself with %s', (option) => {
    expect(readStartOptions([option]).help).toBe(true);
  });

  it.each([
    [['--foo'], 'There is no option --foo. Usage: npm start -- [--once] [--no-sample] [--help]'],
    [['-x'], 'There is no option -x. Usage: npm start -- [--once] [--no-sample] [--help]'],
    [['foo'], 'Too many words: foo. Usage: npm start -- [--once] [--no-sample] [--help]'],
    [['--once=1'], "Option '--once' does not take an argument. Usage: npm start -- [--once] [--no-sample] [--help]"],
  ])('answers %j in whole sentences', (args, detail) => {
    expect(() => readStartOptions(args)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });

  it('names every option and the settings that people change in its usage', () => {
    for (const name of ['--once', '--no-sample', '--help', 'PORT', 'WAYBILL_DATA_DIR', 'OPENAI_API_KEY'])
      expect(startUsage.join('\n')).toContain(name);
  });
});
