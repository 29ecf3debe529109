/** JSON values as they travel; inputs were checked for depth, keys and text at the door. */
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Not walked: it came out of `JSON.parse`, so it is JSON. */
export const Json = z.custom<Json>((value) => value !== undefined);
export const JsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Whether the record may hold it: PostgreSQL's jsonb stores no NUL, and half of a surrogate pair is no character. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** What others have worded, or cut: a sign stands where the record could hold no character. */
export const recordable = (text: string): string =>
  isText(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd');

/** Keys that no JSON may have here: assigned carelessly they would reach a prototype. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
