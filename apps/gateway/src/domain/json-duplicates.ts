/** Keys that stand twice in one object: readers differ in which of them counts, so a body with one is ambiguous. Iterative. */
import type { Json } from '@waybill/contracts';

const utf8 = new TextDecoder();

/** How many members all objects of a parsed value have; fewer than keys in its text means that one stood twice. */
export function countMembers(value: unknown): number {
  let members = 0;
  const open: Json[] = [value as Json];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const values = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) members += values.length;
    for (const inner of values) if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return members;
}

/** Offset of the first key that stood in its object before; the text must be JSON. */
export function findDuplicateKey(bytes: Uint8Array): number | undefined {
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
