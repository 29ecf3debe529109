/** Where a byte of a JSON text is: as a JSON pointer for programs, as line and column for people. Only used once something is wrong. */

interface Frame {
  readonly isArray: boolean;
  index: number;
  key: string;
}

const utf8 = new TextDecoder();
const maxFrames = 128;

/** Pointer to the value, or to the member whose key begins there (RFC 6901). Iterative; follows at most 128 levels. */
export function pointerAt(bytes: Uint8Array, offset: number): string {
  const frames: Frame[] = [];
  let depth = 0;
  for (let at = 0; at < bytes.length && at <= offset; at += 1) {
    const symbol = String.fromCharCode(bytes[at]!);
    if (symbol === '"') at = readString(bytes, at, frames.at(-1));
    else if (symbol === '{' || symbol === '[') {
      depth += 1;
      if (at < offset && depth <= maxFrames) frames.push({ isArray: symbol === '[', index: 0, key: '' });
    } else if (symbol === '}' || symbol === ']') {
      if (depth <= maxFrames) frames.pop();
      depth -= 1;
    } else if (symbol === ',') nextMember(frames.at(-1));
  }
  return pointerOf(frames.map((frame) => (frame.isArray ? frame.index : frame.key)));
}

/** Counted from 1; a column is a character. */
export function lineAndColumn(bytes: Uint8Array, offset: number): { line: number; column: number } {
  const lines = utf8.decode(bytes.subarray(0, offset)).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Answers the offset of the closing quote; a key is remembered in its object. */
function readString(bytes: Uint8Array, start: number, frame: Frame | undefined): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1;
  let next = end + 1;
  while (next < bytes.length && bytes[next]! <= 0x20) next += 1;
  if (frame && !frame.isArray && bytes[next] === 0x3a) frame.key = textOf(bytes.subarray(start, end + 1));
  return end;
}

function textOf(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  try {
    return (JSON.parse(text) as string).toWellFormed().replaceAll('\0', '\ufffd');
  } catch {
    return text.slice(1, -1);
  }
}

function nextMember(frame: Frame | undefined): void {
  if (frame) frame.index += 1;
}
