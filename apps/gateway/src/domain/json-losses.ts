/** What the parser takes and would change in silence: keys that stand twice in one object, and numbers that a double cannot hold. Iterative. */
const utf8 = new TextDecoder();

/** Of a text with so many `keys` that was parsed to `value`; undefined: all of it is there. */
export function findLoss(bytes: Uint8Array, value: unknown, keys: number): { at: number; what: string } | undefined {
  const { members, isFinite, isSafe } = tallyOf(value);
  if (!isFinite) return { at: findNumber(bytes, isHuge) ?? 0, what: 'This number is larger than a double can be.' };
  if (members < keys) return { at: findDuplicateKey(bytes) ?? 0, what: 'A key stands twice in one object.' };
  const at = isSafe ? undefined : findNumber(bytes, isRounded);
  return at === undefined
    ? undefined
    : { at, what: 'This number has more digits than a double holds. Send it as text.' };
}

interface Tally {
  members: number;
  isFinite: boolean;
  /** No whole number is so large that its last digits may be others. */
  isSafe: boolean;
}

/** How many members all objects of a parsed value have, and what its numbers are; in one walk. */
function tallyOf(value: unknown): Tally {
  const tally = { members: 0, isFinite: true, isSafe: true };
  const open: object[] = [[value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const values: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) tally.members += values.length;
    for (const inner of values) {
      if (typeof inner === 'object' && inner !== null) open.push(inner);
      else if (typeof inner === 'number') judge(inner, tally);
    }
  }
  return tally;
}

function judge(number: number, tally: Tally): void {
  if (!Number.isFinite(number)) tally.isFinite = false;
  else if (Number.isInteger(number) && !Number.isSafeInteger(number)) tally.isSafe = false;
}

const isHuge = (digits: string): boolean => Math.abs(Number(digits)) === Infinity;
/** Only where all digits are written out: who writes an exponent or a fraction has rounded himself. */
const isRounded = (digits: string): boolean => /^-?\d{16,}$/.test(digits) && String(Number(digits)) !== digits;

/** Offset of the first number that is so; the text must be JSON. */
function findNumber(bytes: Uint8Array, isSo: (digits: string) => boolean): number | undefined {
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === 0x22) at = endOfString(bytes, at);
    else if (isOfNumber(bytes[at]!)) {
      const start = at;
      while (isOfNumber(bytes[at + 1] ?? 0)) at += 1;
      if (isSo(utf8.decode(bytes.subarray(start, at + 1)))) return start;
    }
  }
  return undefined;
}

/** Digits, signs, point and exponent; the `e` of `true` is no number, so it finds nothing. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65;

/** Offset of the first key that stood in its object before; the text must be JSON. */
function findDuplicateKey(bytes: Uint8Array): number | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const symbol = bytes[at];
    if (symbol === 0x7b || symbol === 0x5b) open.push(new Set());
    else if (symbol === 0x7d || symbol === 0x5d) open.pop();
    else if (symbol === 0x22) {
      const end = endOfString(bytes, at);
      if (isKey(bytes, end) && !remember(open.at(-1)!, bytes.subarray(at, end + 1))) return at;
      at = end;
    }
  }
  return undefined;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1;
  return end;
}

function isKey(bytes: Uint8Array, end: number): boolean {
  let next = end + 1;
  while (next < bytes.length && bytes[next]! <= 0x20) next += 1;
  return bytes[next] === 0x3a;
}

/** False when it was there. */
function remember(keys: Set<string>, text: Uint8Array): boolean {
  const before = keys.size;
  keys.add(JSON.parse(utf8.decode(text)) as string);
  return keys.size > before;
}
