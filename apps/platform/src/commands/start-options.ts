/** The options of `npm start` and its usage text. */
import { parseArgs } from 'node:util';
import { PlatformError } from '@waybill/contracts';
import { complaint } from './arguments.ts';

export interface StartOptions {
  readonly help: boolean;
  /** End when the first task has. */
  readonly once: boolean;
  readonly sample: boolean;
}

const call = 'npm start -- [--once] [--no-sample] [--help]';

export const startUsage: readonly string[] = [
  `Usage: ${call}`,
  '',
  'Starts the whole platform in one process, answers a first question from sample documents, and stays up until Ctrl-C.',
  '',
  '  --once       Ends when the first question is answered; exits with 0 only then.',
  '  --no-sample  Indexes and asks nothing.',
  '  --help       Prints this text.',
  '',
  'Settings are environment variables, all of them optional:',
  '',
  '  PORT              Where the API listens (3000).',
  '  WAYBILL_DATA_DIR  The folder that keeps everything (.waybill).',
  '  OPENAI_API_KEY    Uses a real model; OPENAI_BASE_URL and OPENAI_MODEL say which.',
  '  LOG_LEVEL         silent, error, warn, info or debug (warn).',
];

/** Throws `invalid_request` with the usage in one line. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    once: { type: 'boolean', default: false },
    'no-sample': { type: 'boolean', default: false },
  } as const;
  const refused = (why: string): PlatformError =>
    new PlatformError('invalid_request', { detail: `${why} Usage: ${call}` });
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw refused(complaint(error));
  }
  const { values, positionals } = parsed;
  if (positionals.length > 0) throw refused(`Too many words: ${positionals.join(' ')}.`);
  return { help: values.help, once: values.once, sample: !values['no-sample'] };
}
