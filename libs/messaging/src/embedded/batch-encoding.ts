/**
 * The bytes of a stored batch. All its text is written by one call, because a call for each string costs more than everything else here.
 *
 *   body   := version:u8 meta_bytes:u32le text_bytes:u32le meta text blobs
 *   meta   := record*                       (how many is a column of the row)
 *   record := shape [new_shape] key_length header* value
 *   shape  := index of the list of header names; one more than the last: new_shape follows
 *   new_shape := count name_length{count}
 *   header := 0, the value this header had in the previous record of the shape | length + 1
 *   value  := 0, a tombstone | 1 + 2 * length, text | 2 + 2 * length, bytes (in blobs)
 *   text   := UTF-8 of names, keys, header values and text values in that order
 *
 * All numbers of meta are LEB128. Lengths of text count UTF-16 units, so that reading slices what it decoded at once; lengths of bytes count bytes.
 */
import type { OutgoingMessage } from '@waybill/contracts';

export const batchVersion = 1;
export const batchHeadBytes = 9;
/** A number of meta has at most 5 bytes: lengths are below 2^31. */
const widest = 5;

/** Reused: SQLite copies what is bound to a statement. */
let meta = new Uint8Array(16 * 1024);
let body = Buffer.allocUnsafe(128 * 1024);
let end = 0;

interface Shape {
  readonly names: readonly string[];
  readonly last: string[];
  /** How often in a row a header was another one. */
  readonly changes: number[];
}

/** A header that changed that often in a row (an id does with each record) is not compared any more: comparing strings that were put together costs more than their bytes. */
const unlikely = 4;

/** The answer is valid until the next call. */
export function encodeBatch(records: readonly OutgoingMessage[]): Uint8Array {
  const shapes: Shape[] = [];
  const text: string[] = [];
  const blobs: Uint8Array[] = [];
  end = 0;
  for (const { key, headers, value } of records) {
    const names = Object.keys(headers);
    room((names.length * 2 + 4) * widest);
    const shape = writeShape(names, shapes, text);
    put(key.length);
    text.push(key);
    for (let at = 0; at < names.length; at++) writeHeader(headers[names[at]!]!, at, shape, text);
    writeValue(value, text, blobs);
  }
  return assemble(text.join(''), blobs);
}

function writeHeader(header: string, at: number, { last, changes }: Shape, text: string[]): void {
  if (changes[at]! < unlikely) {
    if (last[at] === header) {
      changes[at] = 0;
      put(0);
      return;
    }
    changes[at]! += 1;
    last[at] = header;
  }
  put(header.length + 1);
  text.push(header);
}

function writeShape(names: readonly string[], shapes: Shape[], text: string[]): Shape {
  for (let at = shapes.length - 1; at >= 0; at--) {
    if (!sameNames(shapes[at]!.names, names)) continue;
    put(at);
    return shapes[at]!;
  }
  const shape = { names, last: [], changes: names.map(() => 0) };
  put(shapes.length);
  shapes.push(shape);
  put(names.length);
  for (const name of names) {
    put(name.length);
    text.push(name);
  }
  return shape;
}

function writeValue(value: OutgoingMessage['value'], text: string[], blobs: Uint8Array[]): void {
  if (value === null) put(0);
  else if (typeof value === 'string') {
    put(1 + 2 * value.length);
    text.push(value);
  } else {
    put(2 + 2 * value.length);
    blobs.push(value);
  }
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

function assemble(text: string, blobs: readonly Uint8Array[]): Uint8Array {
  const blobBytes = blobs.reduce((sum, blob) => sum + blob.length, 0);
  const most = batchHeadBytes + end + text.length * 3 + blobBytes;
  if (body.length < most) body = Buffer.allocUnsafe(most * 2);
  const textAt = batchHeadBytes + end;
  const textBytes = body.write(text, textAt, 'utf8');
  body[0] = batchVersion;
  body.writeUInt32LE(end, 1);
  body.writeUInt32LE(textBytes, 5);
  body.set(meta.subarray(0, end), batchHeadBytes);
  let at = textAt + textBytes;
  for (const blob of blobs) {
    body.set(blob, at);
    at += blob.length;
  }
  const whole = body.subarray(0, at);
  // A rare giant must not hold its memory for the life of the process.
  if (body.length > 4 * 1024 * 1024) body = Buffer.allocUnsafe(128 * 1024);
  return whole;
}

function room(bytes: number): void {
  if (end + bytes <= meta.length) return;
  const wider = new Uint8Array(Math.max(meta.length * 2, end + bytes));
  wider.set(meta);
  meta = wider;
}

function put(number: number): void {
  let rest = number;
  while (rest > 127) {
    meta[end++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  meta[end++] = rest;
}
