/**
 * The gateway's own JSON parser over the raw bytes of a body.
 * Promises: what is refused is refused before anything is made of it: size by Fastify, then UTF-8, depth, characters and keys, then the grammar;
 * nothing here recurses over what a client sent.
 */
import { isUtf8 } from 'node:buffer';
import { limits, PlatformError, type ErrorCode } from '@waybill/contracts';
import { findLoss } from '../../domain/json-losses.ts';
import { findSyntaxError } from '../../domain/json-grammar.ts';
import { lineAndColumn, pointerAt } from '../../domain/json-place.ts';
import { scanJson } from '../../domain/json-scan.ts';

/** What the text is: its name in a sentence, and the JSON pointer of the whole. */
interface JsonPlace {
  readonly name: string;
  readonly at: string;
}

const body: JsonPlace = { name: 'The body', at: '' };
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** An empty text is undefined. */
export function parseJsonBody(raw: Buffer, place = body): unknown {
  const bytes = raw.length >= 3 && raw.subarray(0, 3).equals(byteOrderMark) ? raw.subarray(3) : raw;
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes))
    throw new PlatformError('malformed_json', {
      detail: `${place.name} is not valid UTF-8${lineOf(bytes, firstBadByte(bytes))}.`,
      pointer: place.at,
    });
  const keys = scanJson(bytes, { depth: limits.jsonDepth, keys: limits.jsonKeys });
  if (typeof keys !== 'number') throw refusal(keys, bytes, place);
  const value = parse(bytes, place);
  const loss = findLoss(bytes, value, keys);
  if (loss) throw refusal({ code: 'invalid_request', ...loss }, bytes, place);
  return value;
}

function parse(bytes: Buffer, place: JsonPlace): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw malformed(bytes, place);
  }
}

function refusal(
  { code, at, what }: { code: ErrorCode; at: number; what: string },
  bytes: Buffer,
  place: JsonPlace,
): PlatformError {
  return new PlatformError(code, { detail: what, pointer: place.at + pointerAt(bytes, at).slice(0, 1_000) });
}

function malformed(bytes: Buffer, place: JsonPlace): PlatformError {
  const text = bytes.toString('utf8');
  const problem = findSyntaxError(text);
  const line = problem && lineOf(bytes, Buffer.byteLength(text.slice(0, problem.at)));
  const detail = `${place.name} is not valid JSON${problem ? `${line}: ${problem.reason}` : ''}.`;
  return new PlatformError('malformed_json', { detail, pointer: place.at });
}

function lineOf(bytes: Buffer, at: number): string {
  const { line, column } = lineAndColumn(bytes, at);
  return ` at line ${line}, column ${column}`;
}

function firstBadByte(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 4) {
    const middle = (good + bad) >> 1;
    if (isUtf8(withoutCutCharacter(bytes.subarray(0, middle)))) good = middle;
    else bad = middle;
  }
  return good;
}

/** A prefix may end inside of a character; that alone is no fault. */
function withoutCutCharacter(prefix: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= prefix.length; back += 1) {
    const byte = prefix[prefix.length - back]!;
    if (byte >= 0xc0) return prefix.subarray(0, prefix.length - back);
    if (byte < 0x80) return prefix;
  }
  return prefix;
}
