/** Arguments of a command; what does not fit is answered with the command's usage. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { PlatformError } from '@waybill/contracts';

type Values<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>['values'];

export interface Arguments<O extends ParseArgsOptionsConfig> {
  readonly values: Values<O>;
  readonly words: readonly string[];
}

/** `count`: how many words there must be. Throws `invalid_request` with the usage. */
export function readArguments<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  { count, usage }: { count: number; usage: string },
): Arguments<O> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw misused(complaint(error), usage);
  }
  const empty = emptyOne(parsed);
  if (empty !== undefined) throw misused(`${empty} is empty.`, usage);
  if (parsed.positionals.length === count) return { values: parsed.values, words: parsed.positionals };
  throw misused(
    parsed.positionals.length < count ? 'Something is missing.' : 'Too many words (put a question in quotes).',
    usage,
  );
}

/** What was given and says nothing, as a shell gives a variable that is not set. */
function emptyOne({ values, positionals }: { values: object; positionals: readonly string[] }): string | undefined {
  const isEmpty = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';
  const option = Object.entries(values).find(([, value]) => isEmpty(value))?.[0];
  return option === undefined ? (positionals.some(isEmpty) ? 'One of the words' : undefined) : `Option --${option}`;
}

/** Before `--`: what follows are words. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

/** What Node says of wrong arguments, in whole sentences. */
export function complaint(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const option = /^(?:Unknown o|O)ption '(?:-\w, )?([^' ]+)/.exec(message)?.[1];
  if (message.startsWith('Unknown option')) return `There is no option ${option}.`;
  if (/argument (missing|is ambiguous)/.test(message)) return `Option ${option} needs a value.`;
  return message.endsWith('.') ? message : `${message}.`;
}

export const misused = (why: string, usage: string): PlatformError =>
  new PlatformError('invalid_request', { detail: `${why} Usage: waybill ${usage.replaceAll('\n', ', or waybill ')}` });
