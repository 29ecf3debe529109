/**
 * Looks over the bytes of a JSON text before it is parsed: depth, number of keys, characters and keys that must not come in.
 * Promises: one pass, no recursion, no allocation for harmless input; it does not judge the grammar, `JSON.parse` does that afterwards.
 */
import { forbiddenKeys, type ErrorCode } from '@waybill/contracts';

/** `at`: offset of the byte where the offending value, string or key begins. */
export interface ScanFinding {
  readonly code: Extract<ErrorCode, 'too_deep' | 'too_large' | 'invalid_text' | 'forbidden_key'>;
  readonly at: number;
  readonly what: string;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const colon = 0x3a;
const letterU = 0x75;
const utf8 = new TextDecoder();
const longestForbidden = 'constructor'.length;
const shortestForbidden = '__proto__'.length;

export interface ScanLimits {
  readonly depth: number;
  readonly keys: number;
}

/** Answers how many keys there are when nothing is wrong. `bytes` must be valid UTF-8. */
export function scanJson(bytes: Uint8Array, most: ScanLimits): ScanFinding | number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) {
      const text = endOfString(bytes, at);
      if (text.finding) return text.finding;
      const isKey = isFollowedByColon(bytes, text.end + 1);
      const finding = isKey ? forbiddenKeyAt(bytes, at, text) : undefined;
      if (finding) return finding;
      keys += Number(isKey);
      if (keys > most.keys) return { code: 'too_large', at, what: `The objects have more than ${most.keys} keys.` };
      at = text.end;
      continue;
    }
    if (byte === 0) return nul(at);
    depth += depthChange(byte);
    if (depth > most.depth) return { code: 'too_deep', at, what: `Nesting goes deeper than ${most.depth} levels.` };
  }
  return keys;
}

function depthChange(byte: number): number {
  if (byte === openBrace || byte === openBracket) return 1;
  return byte === closeBrace || byte === closeBracket ? -1 : 0;
}

interface ScannedString {
  /** Offset of the closing quote, or the length of the text when there is none. */
  readonly end: number;
  readonly escaped: boolean;
  readonly finding?: ScanFinding;
}

function endOfString(bytes: Uint8Array, start: number): ScannedString {
  let escaped = false;
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) return { end: at, escaped };
    if (byte === 0) return { end: at, escaped, finding: nul(start) };
    if (byte === backslash) {
      escaped = true;
      at += 1;
      if (bytes[at] !== letterU) continue;
      const unit = hexUnit(bytes, at + 1);
      if (unit === 0) return { end: at, escaped, finding: nul(start) };
      if (!isSurrogate(unit)) continue;
      if (!isPair(bytes, at, unit)) return { end: at, escaped, finding: loneSurrogate(start) };
      at += 10;
    }
  }
  return { end: bytes.length, escaped };
}

function forbiddenKeyAt(bytes: Uint8Array, start: number, text: ScannedString): ScanFinding | undefined {
  const length = text.end - start - 1;
  if (length < shortestForbidden || (length > longestForbidden && !text.escaped)) return undefined;
  const key = keyText(bytes, start, text);
  return key !== undefined && forbiddenKeys.has(key)
    ? { code: 'forbidden_key', at: start, what: `The key ${key} is not allowed.` }
    : undefined;
}

function keyText(bytes: Uint8Array, start: number, text: ScannedString): string | undefined {
  if (!text.escaped) return utf8.decode(bytes.subarray(start + 1, text.end));
  // A forbidden key takes six bytes a character at most when it is escaped.
  if (text.end - start > longestForbidden * 6 + 2) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes.subarray(start, text.end + 1))) as string;
  } catch {
    return undefined;
  }
}

function isFollowedByColon(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length && bytes[at]! <= 0x20) at += 1;
  return bytes[at] === colon;
}

/** -1 when there are no four hexadecimal digits. */
function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let digit = at; digit < at + 4; digit += 1) {
    const value = hexValue(bytes[digit] ?? 0);
    if (value < 0) return -1;
    unit = unit * 16 + value;
  }
  return unit;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** `at` is the `u` of the first escape. */
function isPair(bytes: Uint8Array, at: number, unit: number): boolean {
  if (unit >= 0xdc00 || bytes[at + 5] !== backslash || bytes[at + 6] !== letterU) return false;
  const low = hexUnit(bytes, at + 7);
  return low >= 0xdc00 && low <= 0xdfff;
}

const nul = (at: number): ScanFinding => ({
  code: 'invalid_text',
  at,
  what: 'Text may not contain the NUL character (U+0000).',
});
const loneSurrogate = (at: number): ScanFinding => ({
  code: 'invalid_text',
  at,
  what: 'Text contains half of a surrogate pair, which is no character.',
});
