/**
 * Keeps secrets out of what is logged, by the names of fields; texts are scrubbed by their shape.
 * Promises: linear time, bounded output (length, depth, number of values), survives cycles and throwing getters.
 * Token counts stay visible: under a key that speaks of tokens numbers and flags pass, texts do not.
 */
import { describeError, isErrorObject } from './error-fields.ts';
import { redacted, scrubText } from './scrub-text.ts';

const secretKey =
  /authorization|apikey|password|passwd|passphrase|secret|cookie|credential|privatekey|accesskey|connectionstring|databaseurl/;
const tokenKey = /token|jwt|bearer/;
const maxItems = 100;
const maxDepth = 6;
const maxValues = 1_000;

type Walk = { left: number; readonly path: Set<object> };

/** A copy fit for `JSON.stringify`: plain values only, secrets replaced, size bounded. Never throws. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copyObject(fields, { left: maxValues, path: new Set() }, false);
}

function copyValue(value: unknown, walk: Walk, hideTexts: boolean): unknown {
  walk.left -= 1;
  if (walk.left < 0) return '[more]';
  if (typeof value === 'string') return hideTexts ? redacted : scrubText(value);
  if (typeof value === 'object' && value !== null) return copyReference(value, walk, hideTexts);
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  return value; // JSON leaves functions and symbols out
}

function copyReference(value: object, walk: Walk, hideTexts: boolean): unknown {
  if (isErrorObject(value)) return describeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return hideTexts ? redacted : scrubText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (walk.path.has(value)) return '[circular]';
  if (walk.path.size >= maxDepth) return '[deep]';
  walk.path.add(value);
  const copy = copyContainer(value, walk, hideTexts);
  walk.path.delete(value);
  return copy;
}

function copyContainer(value: object, walk: Walk, hideTexts: boolean): unknown {
  if (Array.isArray(value)) return copyItems(value, walk, hideTexts);
  if (value instanceof Set) return copyItems([...value], walk, hideTexts);
  if (value instanceof Map) return copyObject(Object.fromEntries(value), walk, hideTexts);
  return copyObject(value as Record<string, unknown>, walk, hideTexts);
}

function copyItems(items: readonly unknown[], walk: Walk, hideTexts: boolean): unknown[] {
  const copy = items.slice(0, maxItems).map((item) => copyValue(item, walk, hideTexts));
  if (items.length > maxItems) copy.push(`[${items.length - maxItems} more]`);
  return copy;
}

function copyObject(
  source: Readonly<Record<string, unknown>>,
  walk: Walk,
  hideTexts: boolean,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(source).slice(0, maxItems)) {
    const bare = key.toLowerCase().replace(/[^a-z0-9]/g, '');
    if (secretKey.test(bare)) copy[key] = redacted;
    else copy[key] = copyValue(readSafely(source, key), walk, hideTexts || tokenKey.test(bare));
  }
  return copy;
}

function readSafely(source: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return source[key];
  } catch {
    return '[unreadable]';
  }
}
