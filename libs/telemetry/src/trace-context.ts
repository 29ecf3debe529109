/**
 * W3C trace context over plain strings, as it travels in record and HTTP headers.
 * Promises: a malformed header never throws and never spreads (its holder starts a new trace); format then parse is identity.
 */
import { newSpanId, newTraceId } from './random-ids.ts';

/** `flags` is the header's last byte: bit 0 sampled, bit 1 random trace id; other bits are unknown to version 00 and dropped. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: number };

const headerLength = 55; // <2>-<32>-<16>-<2>
const dash = 45;
const allZeros = 48; // what the codes of a run of '0' have in common
const knownFlags = 0x03;
const tails = ['-00', '-01', '-02', '-03'] as const;

/** Reads a `traceparent` header of any version; undefined when it is absent or breaks the grammar (upper case, zero ids, version ff). */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (!isWellFormed(header)) return undefined;
  return { traceId: header.slice(3, 35), spanId: header.slice(36, 52), flags: flagsOf(header) };
}

/** Writes a version 00 header; takes ids as `parseTraceparent` gives them and does not check them again. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}${tails[context.flags & knownFlags] ?? '-00'}`;
}

/** A new span in the same trace with the parent's flags; a new sampled trace when the parent is absent or malformed. */
export function childOf(parent: string | undefined): string {
  return childOrRoot(parent, alwaysSampled);
}

/** Like `childOf`, with the say over a new trace; does not build a context on its way. */
export function childOrRoot(parent: string | undefined, sampleRoot: () => boolean): string {
  if (!isWellFormed(parent)) return newTraceparent(sampleRoot());
  return `00${parent.slice(2, 36)}${newSpanId()}${tails[flagsOf(parent)] ?? '-00'}`;
}

/** The first span of a new trace. */
export function newTraceparent(sampled = true): string {
  return `00-${newTraceId()}-${newSpanId()}${sampled ? '-01' : '-00'}`;
}

export function isSampled(context: TraceContext): boolean {
  return (context.flags & 1) === 1;
}

function alwaysSampled(): boolean {
  return true;
}

/** Three times as fast as a regular expression, and it runs for every record. */
function isWellFormed(header: string | undefined): header is string {
  if (header === undefined || !hasFields(header) || header.startsWith('ff')) return false;
  if (hexRun(header, 0, 2) < 0 || hexRun(header, 53, 55) < 0) return false;
  return hexRun(header, 3, 35) > allZeros && hexRun(header, 36, 52) > allZeros;
}

/** Later versions may append fields behind another dash; version 00 may not. */
function hasFields(header: string): boolean {
  if (header.length !== headerLength && (header.startsWith('00') || header.charCodeAt(headerLength) !== dash))
    return false;
  return header.charCodeAt(2) === dash && header.charCodeAt(35) === dash && header.charCodeAt(52) === dash;
}

/** The codes of these characters or-ed together, -1 when one is no lower-case hex digit. */
function hexRun(header: string, from: number, to: number): number {
  let union = 0;
  for (let at = from; at < to; at += 1) {
    const code = header.charCodeAt(at);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return -1;
    union |= code;
  }
  return union;
}

/** The two bits that version 00 knows are in the last digit. */
function flagsOf(header: string): number {
  const digit = header.charCodeAt(headerLength - 1);
  return (digit > 57 ? digit - 87 : digit) & knownFlags; // 'a' is 97, '0' is 48: its low bits are those of the digit
}
