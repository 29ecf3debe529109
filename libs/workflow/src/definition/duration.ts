/** `500ms`, `30s`, `2m`, `1h` or a number of seconds, to whole milliseconds. */
import { limits, type Duration } from '@waybill/contracts';

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Undefined when it is no duration, or longer than a step may take. */
export function durationMs(duration: Duration): number | undefined {
  const ms = Math.round(typeof duration === 'number' ? duration * 1_000 : parse(duration));
  return ms >= 0 && ms <= limits.stepTimeoutMs ? ms : undefined;
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * unitMs[match[2]!]! : Number.NaN;
}
