/** What a person reads when a command cannot go on: one line, what is wrong and what to do. */
import { ApiError, StreamLost } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import { foreignLine } from './foreign-text.ts';
import { style } from './style.ts';

export function failureLine(error: unknown): string {
  return `${style.bad('waybill:')} ${foreignLine(explain(error))}`;
}

/** What the platform says of a value that no command should have been given. */
const misuses: ReadonlySet<string> = new Set(['invalid_request', 'invalid_text', 'payload_too_large', 'too_large']);

/** 2: it was called wrongly; 1: it did not work. */
export function exitCodeOf(error: unknown): 1 | 2 {
  if (error instanceof ApiError) return misuses.has(error.code) ? 2 : 1;
  return error instanceof PlatformError && error.errorClass === 'invalid' ? 2 : 1;
}

/** At once, without a polite stop: after a failure of the disk what was acknowledged is on it, and nothing more may be done. */
export function endProcess(error: unknown): void {
  process.stderr.write(`${failureLine(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof ApiError) return `${error.problem.detail} (${error.code})`;
  if (error instanceof PlatformError) return error.detail;
  if (error instanceof StreamLost) return `${error.message} Follow it with: npm run waybill -- watch ${error.taskId}`;
  if (error instanceof Error) return isUnreachable(error) ? unreachable(error) : error.message;
  return String(error);
}

/** So `fetch` says that nothing came back. */
const isUnreachable = (error: Error): boolean => error.message === 'fetch failed';

function unreachable({ cause }: Error): string {
  const code = (cause as { code?: string } | undefined)?.code;
  if (code === 'ECONNREFUSED') return 'nothing answers at that address. Start the platform with npm start.';
  const why = cause instanceof Error ? cause.message : undefined;
  return `the platform cannot be reached (${why ?? code ?? 'no answer'}). Look at WAYBILL_URL, if it is set.`;
}
