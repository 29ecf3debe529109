/**
 * CEL values back to JSON: ints become numbers, whatever is no JSON is an error.
 * Promises: no BigInt leaves, nor text that the record cannot hold; a whole number that a double cannot hold exactly is an error,
 * never rounded; what was JSON already is not copied.
 */
import { isText, type Json } from '@waybill/contracts';
import { burn } from './fuel.ts';

/** Throws an Error whose message says what is wrong with the value. */
export function toJson(value: unknown): Json {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) throw tooBig(value);
  return convert(value);
}

function convert(value: unknown): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return checkedText(value);
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return exact(value);
  if (typeof value === 'object') return convertObject(value);
  throw notJson();
}

function checkedText(value: string): string {
  burn(value.length >> 4);
  if (isText(value)) return value;
  throw new Error('the result has text with a NUL character or half of a surrogate pair');
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new Error(`the result ${value} is not a number that JSON can hold`);
}

function exact(value: bigint): number {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw tooBig(value);
}

function convertObject(value: object): Json {
  burn(1);
  if (Array.isArray(value)) return convertList(value);
  if (Object.getPrototypeOf(value) !== Object.prototype) throw notJson();
  let copy: { [key: string]: Json } | undefined;
  for (const [key, member] of Object.entries(value)) {
    burn(1);
    checkedText(key);
    const json = convert(member);
    if (json === member) continue;
    copy ??= { ...(value as { [key: string]: Json }) };
    copy[key] = json;
  }
  return copy ?? (value as { [key: string]: Json });
}

function convertList(value: unknown[]): Json[] {
  let copy: Json[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    burn(1);
    const json = convert(value[index]);
    if (json === value[index]) continue;
    copy ??= [...(value as Json[])];
    copy[index] = json;
  }
  return copy ?? (value as Json[]);
}

const notJson = (): Error => new Error('the result is not JSON');

const tooBig = (value: number | bigint): Error =>
  new Error(`the result ${value} is beyond 2^53, where whole numbers are no longer exact`);
