/** Where a byte of a JSON text is: as a JSON pointer for programs, as line and column for people. Only used once something is wrong. */

interface Frame {
  readonly isArray: boolean;
  index: number;
  key: string;
}

const utf8 = new TextDecoder();
const maxFrames = 128;
const newline = 0x0a;

/** Pointer to the value, or to the member whose key begins there (RFC 6901). Iterative; follows at most 128 levels. */
export function pointerAt(bytes: Uint8Array, offset: number): string {
  const frames = new Frames();
  for (let at = 0; at < bytes.length && at <= offset; at += 1) {
    const symbol = String.fromCharCode(bytes[at]!);
    if (symbol === '"') at = readString(bytes, at, frames.inner);
    else if (at < offset) frames.step(symbol);
  }
  return frames.pointer;
}

/** The objects and lists that are open. */
class Frames {
  private readonly open: Frame[] = [];
  private tooDeep = 0;

  get inner(): Frame | undefined {
    return this.open.at(-1);
  }

  get pointer(): string {
    return pointerOf(this.open.map((frame) => (frame.isArray ? frame.index : frame.key)));
  }

  step(symbol: string): void {
    if (symbol === ',' && this.inner) this.inner.index += 1;
    else if (symbol === '{' || symbol === '[') this.enter(symbol === '[');
    else if (symbol === '}' || symbol === ']') this.leave();
  }

  private enter(isArray: boolean): void {
    if (this.open.length === maxFrames) this.tooDeep += 1;
    else this.open.push({ isArray, index: 0, key: '' });
  }

  private leave(): void {
    if (this.tooDeep > 0) this.tooDeep -= 1;
    else this.open.pop();
  }
}

/** Counted from 1; a column is a character. */
export function lineAndColumn(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let column = 1;
  for (let at = 0; at < offset; at += 1) {
    const byte = bytes[at]!;
    if (byte === newline) {
      line += 1;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) column += 1; // the others go on with a character
  }
  return { line, column };
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
