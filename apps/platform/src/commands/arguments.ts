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
    throw misused(error instanceof Error ? error.message : String(error), usage);
  }
  if (parsed.positionals.length === count) return { values: parsed.values, words: parsed.positionals };
  throw misused(
    parsed.positionals.length < count ? 'Something is missing.' : 'Too many words (put a question in quotes).',
    usage,
  );
}

export const misused = (why: string, usage: string): PlatformError =>
  new PlatformError('invalid_request', { detail: `${why} Usage: waybill ${usage.replaceAll('\n', ', or waybill ')}` });
