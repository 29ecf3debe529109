/**
 * Logger: one JSON object a line, `{time, level, service, msg, trace_id?, span_id?, ...fields}`.
 * Promises: never throws, never prints a secret it can recognise, costs a comparison when the level is off.
 */
import { redactFields } from './redaction.ts';
import { scrubText } from './scrub-text.ts';
import { stderrDestination } from './stderr-destination.ts';
import type { LogDestination } from './stderr-destination.ts';
import { parseTraceparent } from './trace-context.ts';

/** Values of LOG_LEVEL, from most to least. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
type LineLevel = Exclude<LogLevel, 'silent'>;

/** A `traceparent` becomes `trace_id` and `span_id`; errors anywhere are written with code, class, stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line; a line's own fields win. */
  child(fields: LogFields): Logger;
  isEnabled(level: LineLevel): boolean;
}

export type LoggerOptions = {
  /** `info` when absent. */
  readonly level?: LogLevel;
  /** Standard error when absent. */
  readonly destination?: LogDestination;
  /** Epoch milliseconds, for tests. */
  readonly clock?: () => number;
};

export function createLogger(service: string, options: LoggerOptions = {}): Logger {
  const { level = 'info', destination = stderrDestination(), clock = Date.now } = options;
  return new JsonLogger({ service, threshold: logLevels.indexOf(level), destination, clock }, {});
}

type Output = {
  readonly service: string;
  readonly threshold: number;
  readonly destination: LogDestination;
  readonly clock: () => number;
};
const reserved = new Set(['time', 'level', 'service', 'msg', 'trace_id', 'span_id']);

class JsonLogger implements Logger {
  constructor(
    private readonly output: Output,
    private readonly bound: LogFields,
  ) {}

  debug(msg: string, fields?: LogFields): void {
    if (this.output.threshold <= 0) this.write('debug', msg, fields);
  }

  info(msg: string, fields?: LogFields): void {
    if (this.output.threshold <= 1) this.write('info', msg, fields);
  }

  warn(msg: string, fields?: LogFields): void {
    if (this.output.threshold <= 2) this.write('warn', msg, fields);
  }

  error(msg: string, fields?: LogFields): void {
    if (this.output.threshold <= 3) this.write('error', msg, fields);
  }

  child(fields: LogFields): Logger {
    return new JsonLogger(this.output, { ...this.bound, ...fields });
  }

  isEnabled(level: LineLevel): boolean {
    return this.output.threshold <= logLevels.indexOf(level);
  }

  private write(level: LineLevel, msg: string, fields: LogFields | undefined): void {
    const { service, destination, clock } = this.output;
    const head = { time: new Date(clock()).toISOString(), level, service, msg: scrubText(msg) };
    destination.write(`${toLine(head, { ...this.bound, ...fields })}\n`);
  }
}

/** A line whose fields cannot be written is still a line. */
function toLine(head: Readonly<Record<string, string>>, fields: LogFields): string {
  try {
    return JSON.stringify({ ...head, ...traceIds(fields['traceparent']), ...withoutClashes(redactFields(fields)) });
  } catch {
    return JSON.stringify({ ...head, log_error: 'fields could not be written' });
  }
}

function traceIds(traceparent: unknown): Record<string, string> {
  const context = typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined;
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}

/** A field named like a fixed one gets an underscore behind it. */
function withoutClashes(fields: Record<string, unknown>): Record<string, unknown> {
  const renamed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key !== 'traceparent') renamed[reserved.has(key) ? `${key}_` : key] = value;
  }
  return renamed;
}

/** Says nothing, for tests. */
export const nullLogger: Logger = createLogger('', { level: 'silent', destination: { write: () => {} } });
