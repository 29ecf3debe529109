/** How a route of the public interface is written down; OpenAPI, the gateway's tests and its 405 answers read the same table. */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export type ApiMethod = 'get' | 'post' | 'put' | 'delete';

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: z.ZodType;
  readonly description: string;
  readonly example?: string | number | boolean | readonly string[];
  /** Of a list in the query, how its values are given; either way is taken. */
  readonly list?: 'commas' | 'repeated';
}

export interface ApiContent {
  readonly schema: z.ZodType;
  readonly example: unknown;
}

export interface ApiResponse {
  readonly description: string;
  /** By media type. */
  readonly content?: Readonly<Record<string, ApiContent>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiRoute {
  readonly id: string;
  readonly method: ApiMethod;
  /** `/v1/tasks/{task_id}` */
  readonly path: string;
  readonly tag: 'tasks' | 'workflows' | 'documents' | 'service' | 'short forms';
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly ApiParameter[];
  readonly request?: { readonly required: boolean; readonly content: Readonly<Record<string, ApiContent>> };
  readonly responses: Readonly<Record<string, ApiResponse>>;
  readonly errors: readonly ErrorCode[];
}

export const json = (schema: z.ZodType, example: unknown): Record<string, ApiContent> => ({
  'application/json': { schema, example },
});
export const answers = (
  description: string,
  schema: z.ZodType,
  example: unknown,
  headers?: Record<string, string>,
): ApiResponse => ({
  description,
  content: json(schema, example),
  ...(headers ? { headers } : {}),
});

/** What can go wrong with any JSON body, and with any command that is written to the log. */
export const bodyErrors: readonly ErrorCode[] = [
  'malformed_json',
  'invalid_request',
  'invalid_text',
  'forbidden_key',
  'too_deep',
  'too_large',
  'unsupported_media_type',
];
export const logErrors: readonly ErrorCode[] = ['payload_too_large', 'log_unavailable', 'unavailable'];

/** Of an answer to a command that may come twice. */
export const replayed = { 'Idempotency-Replayed': '`true` when the key was seen before.' };

export const text = (
  description: string,
  schema: z.ZodType = z.string(),
): Pick<ApiParameter, 'description' | 'schema'> => ({ description, schema });
