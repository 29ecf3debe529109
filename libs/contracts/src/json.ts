/** JSON values as they travel; inputs were checked for depth, keys and text at the door. */
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Not walked: it came out of `JSON.parse`, so it is JSON. */
export const Json = z.custom<Json>((value) => value !== undefined);
export const JsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
