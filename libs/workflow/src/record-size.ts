/**
 * Whether JSON fits into one record, and is no deeper than the platform allows.
 * Promises: costs some nanoseconds a node and nothing per character unless it is near the limit; never overflows the stack, never throws,
 * and stops early when one value is shared so often that its text would be huge.
 */
import { limits, type ErrorCode, type Json } from '@waybill/contracts';

/** What a record carries beside the measured value: names, ids, numbers, a failure's detail, the envelope. */
const overheadBytes = 16_384;
const limit = limits.recordBytes - overheadBytes;

/** A dispatch's input nests the outputs of other steps inside its own. */
export const inputDepth = 4 * limits.jsonDepth;

/** Undefined: it fits. */
export function misfit(value: Json, depth: number = limits.jsonDepth): ErrorCode | undefined {
  const measure: Measure = { least: 0, most: 0, tooDeep: false };
  add(measure, value, depth);
  if (measure.tooDeep) return 'too_deep';
  if (measure.least > limit) return 'payload_too_large';
  if (measure.most <= limit) return undefined;
  const text = JSON.stringify(value);
  if (text.length * 3 <= limit) return undefined;
  return utf8Bytes(text) > limit ? 'payload_too_large' : undefined;
}

/** Bounds of the bytes: a character takes one at least and six at most (an escape). */
interface Measure {
  least: number;
  most: number;
  tooDeep: boolean;
}

function add(measure: Measure, value: Json, depth: number): void {
  if (typeof value === 'string') addBytes(measure, value.length + 2, value.length * 6 + 2);
  else if (typeof value !== 'object' || value === null) addBytes(measure, 1, 24);
  else if (depth < 0) measure.tooDeep = true;
  else if (measure.least <= limit) addMembers(measure, value, depth - 1);
}

function addMembers(measure: Measure, value: Json[] | { [key: string]: Json }, depth: number): void {
  addBytes(measure, 2, 2);
  if (Array.isArray(value)) {
    for (const member of value) add(measure, member, depth);
    addBytes(measure, value.length, value.length);
    return;
  }
  for (const key in value) {
    addBytes(measure, key.length + 3, key.length * 6 + 4);
    add(measure, value[key] as Json, depth);
  }
}

function addBytes(measure: Measure, least: number, most: number): void {
  measure.least += least;
  measure.most += most;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
