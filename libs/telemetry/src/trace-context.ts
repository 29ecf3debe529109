/**
 * W3C trace context over plain strings, as it travels in record and HTTP headers.
 * Promises: a malformed header never throws and never spreads (its holder starts a new trace); format then parse is identity.
 */
import { newSpanId, newTraceId } from './random-ids.ts';

/** `flags` is the header's last byte: bit 0 sampled, bit 1 random trace id; other bits are unknown to version 00 and dropped. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: number };

const headerLength = 55; // 00-<32 hex>-<16 hex>-<2 hex>
const dash = 45;
const knownFlags = 0x03;
const noTraceId = '0'.repeat(32);
const noSpanId = '0'.repeat(16);
const tails = ['-00', '-01', '-02', '-03'] as const;
const hexValue = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) hexValue['0123456789abcdef'.charCodeAt(value)] = value;

/** Reads a `traceparent` header of any version; undefined when it is absent or breaks the grammar (upper case, zero ids, version ff). */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined || !isWellFormed(header)) return undefined;
  const traceId = header.slice(3, 35);
  const spanId = header.slice(36, 52);
  if (traceId === noTraceId || spanId === noSpanId) return undefined;
  return { traceId, spanId, flags: hexAt(header, 54) & knownFlags };
}

/** Writes a version 00 header; takes ids as `parseTraceparent` gives them and does not check them again. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}${tails[context.flags & knownFlags] ?? '-00'}`;
}

/** A new span in the same trace with the parent's flags; a new sampled trace when the parent is absent or malformed. */
export function childOf(parent: string | undefined): string {
  const context = parseTraceparent(parent);
  return context === undefined ? newTraceparent() : childOfContext(context);
}

/** Like `childOf` for a parent that was parsed already. */
export function childOfContext(parent: TraceContext): string {
  return formatTraceparent({ traceId: parent.traceId, spanId: newSpanId(), flags: parent.flags });
}

/** The first span of a new trace. */
export function newTraceparent(sampled = true): string {
  return `00-${newTraceId()}-${newSpanId()}${sampled ? '-01' : '-00'}`;
}

export function isSampled(context: TraceContext): boolean {
  return (context.flags & 1) === 1;
}

function isWellFormed(header: string): boolean {
  if (header.length !== headerLength && !isFromTheFuture(header)) return false;
  if (header.startsWith('ff')) return false;
  for (let at = 0; at < headerLength; at += 1) {
    const mustBeDash = at === 2 || at === 35 || at === 52;
    if (mustBeDash ? header.charCodeAt(at) !== dash : hexAt(header, at) < 0) return false;
  }
  return true;
}

/** Later versions may append fields after another dash; version 00 may not. */
function isFromTheFuture(header: string): boolean {
  return header.length > headerLength && header.charCodeAt(headerLength) === dash && !header.startsWith('00');
}

function hexAt(header: string, at: number): number {
  return hexValue[header.charCodeAt(at)] ?? -1;
}
