/**
 * What must be known of an event without parsing it: its place and its kind.
 * A record's value is, to the letter, what a stream shows as `data:`, so most events are never parsed here.
 */
import { PlatformError, typeName, type PlanEvent, type PlanEventType } from '@waybill/contracts';

const head = '{"seq":';
const typeMark = ',"type":"';
const timeMark = '","time":"';
/** Of a type, and of what stands before it. */
const mostHeadChars = 100;

/** NaN when it is no event. */
export function seqOf(text: string): number {
  if (!text.startsWith(head)) return parsedSeq(text);
  let seq = 0;
  let at = head.length;
  for (; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    seq = seq * 10 + digit;
  }
  return at > head.length && text.charCodeAt(at) === 44 ? seq : parsedSeq(text);
}

/** `StepCompleted` of `waybill.StepCompleted.v1`; empty when it is no type of ours. */
export const eventTypeOf = (ceType = ''): string => typeName(ceType)?.name ?? '';

/** The type as the text says it. */
export function typeInText(text: string): string {
  const at = text.startsWith(head) ? text.indexOf(typeMark, head.length) : -1;
  if (at < 0 || at > head.length + 16) return (JSON.parse(text) as { type?: string }).type ?? '';
  const from = at + typeMark.length;
  return text.slice(from, text.indexOf('"', from));
}

/** When it happened, ms since 1970, as the text says it; NaN when it does not. */
export function timeInText(text: string): number {
  const at = text.startsWith(head) ? text.slice(0, mostHeadChars).indexOf(timeMark) : -1;
  if (at < 0) return parsedTime(text);
  const from = at + timeMark.length;
  return Date.parse(text.slice(from, text.indexOf('"', from)));
}

export function parseEvent(text: string): PlanEvent {
  try {
    return JSON.parse(text) as PlanEvent;
  } catch (cause) {
    throw new PlatformError('poisoned', { detail: 'A stored event cannot be read.', cause });
  }
}

/** A frame of a stream. A line break inside would end the line, so such a text is written anew. Never throws: other streams wait behind it. */
export function eventFrame(id: string, type: string, text: string): string {
  const line = text.includes('\n') || text.includes('\r') ? inOneLine(text) : text;
  return `id: ${id}\nevent: ${type}\ndata: ${line}\n\n`;
}

const terminal: ReadonlySet<string> = new Set<PlanEventType>(['TaskCompleted', 'TaskFailed', 'TaskCancelled']);
export const isTerminal = (type: string): boolean => terminal.has(type);

function inOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.replaceAll(/[\r\n]/g, ' ');
  }
}

function parsedTime(text: string): number {
  try {
    return Date.parse((JSON.parse(text) as { time: string }).time);
  } catch {
    return Number.NaN;
  }
}

function parsedSeq(text: string): number {
  try {
    const { seq } = JSON.parse(text) as { seq?: unknown };
    return typeof seq === 'number' && Number.isInteger(seq) && seq >= 1 ? seq : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
