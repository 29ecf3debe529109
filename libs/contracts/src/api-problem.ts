/**
 * Errors as HTTP shows them: RFC 9457 problem documents. `code` is what programs read; the status follows from it.
 * Only this file and the gateway's exception filter know HTTP status numbers.
 */
import { z } from 'zod';
import { ErrorClass, errorCatalogue, errorCodes, type ErrorCode } from './errors.ts';

export const Problem = z.object({
  type: z.string().describe('A URI that names the kind of problem: `urn:waybill:problem:<code>`.'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe('What is wrong here, and what to do about it.'),
  code: z.string().describe('Stable: programs may depend on it.'),
  class: ErrorClass.describe('Whether to retry follows from it: only `transient` is worth a retry.'),
  pointer: z
    .string()
    .optional()
    .describe('JSON pointer to the offending place of the body, or the name of the parameter.'),
  instance: z.string().optional().describe('The path that was asked for.'),
  trace_id: z.string().optional().describe('Find the request in traces and logs with it.'),
  retry_after_ms: z.number().int().nonnegative().optional(),
});
export type Problem = z.infer<typeof Problem>;

const statusOfClass: Record<ErrorClass, number> = {
  invalid: 400,
  denied: 403,
  not_found: 404,
  conflict: 409,
  transient: 503,
  exhausted: 409,
  cancelled: 409,
  bug: 500,
};
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  too_large: 413,
  payload_too_large: 413,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  not_acceptable: 406,
  idempotency_key_reused: 422,
  unsupported_document: 422,
  unreadable_document: 422,
};

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code);

/** The HTTP status of a code; a code of a newer service counts as its class says. */
export function problemStatus(code: string, errorClass: ErrorClass): number {
  return (isErrorCode(code) ? statusOfCode[code] : undefined) ?? statusOfClass[errorClass];
}

export const problemType = (code: string): string => `urn:waybill:problem:${code}`;
export const problemTitle = (code: string): string => (isErrorCode(code) ? errorCatalogue[code][1] : code);

/** Every code with its status, for documentation. */
export const problemStatuses: readonly { code: ErrorCode; status: number; title: string }[] = errorCodes.map(
  (code) => ({
    code,
    status: problemStatus(code, errorCatalogue[code][0]),
    title: errorCatalogue[code][1],
  }),
);
