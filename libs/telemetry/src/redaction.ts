/**
 * Keeps secrets out of logs and spans: by the name of a field, and by the shape of a text.
 * Promises: linear time, bounded output (length, depth, number of values), survives cycles and throwing getters.
 * Token counts stay visible: under a key that speaks of tokens numbers and flags pass, texts do not.
 */
import { isError } from 'node:util/types';
import { describeError } from './error-fields.ts';

export const redacted = '[redacted]';

const secretKey = /authorization|apikey|password|passwd|passphrase|secret|cookie|credential|privatekey|accesskey|connectionstring|databaseurl/;
const tokenKey = /token|jwt|bearer/;
const maxTextLength = 8_192;
const maxItems = 100;
const maxDepth = 6;
const maxValues = 1_000;

const userInfo = /(:\/\/[^\s/@:]*:)[^\s/@]+@/g;
const scheme = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const assignment = /\b(api[_-]?key|password|passwd|secret|access[_-]?token|refresh[_-]?token|token)(=|%3D)[^\s&"',;]+/gi;
const providerKey = /\b(sk-|ghp_|xox[abp]-|AKIA)[\w-]{12,}/g;

type Walk = { left: number; readonly path: Set<object> };

/** A copy fit for `JSON.stringify`: plain values only, secrets replaced, size bounded. Never throws. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copyObject(fields, { left: maxValues, path: new Set() }, false);
}

/** Replaces credentials inside a text (URL user info, bearer values, `api_key=...`, well-known key prefixes) and bounds it. */
export function scrubText(text: string): string {
  const bounded = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… ${text.length - maxTextLength} more` : text;
  return bounded
    .replace(userInfo, `$1${redacted}@`)
    .replace(scheme, `$1 ${redacted}`)
    .replace(assignment, `$1$2${redacted}`)
    .replace(providerKey, `$1${redacted}`);
}

function copyValue(value: unknown, walk: Walk, hideTexts: boolean): unknown {
  walk.left -= 1;
  if (walk.left < 0) return '[more]';
  switch (typeof value) {
    case 'string':
      return hideTexts ? redacted : scrubText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : copyReference(value, walk, hideTexts);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function copyReference(value: object, walk: Walk, hideTexts: boolean): unknown {
  if (isError(value)) return describeError(value);
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

function copyObject(source: Readonly<Record<string, unknown>>, walk: Walk, hideTexts: boolean): Record<string, unknown> {
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
