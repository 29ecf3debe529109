/**
 * OpenAPI 3.1 from the routes table and the zod schemas.
 * Promise: the same input gives the same text, so that the committed file can be compared letter by letter.
 */
import { z } from 'zod';
import * as documents from './api-documents.ts';
import { Problem, problemStatuses } from './api-problem.ts';
import type { ApiContent, ApiParameter, ApiResponse, ApiRoute } from './api-route.ts';
import { apiRoutes } from './api-routes.ts';
import * as tasks from './api-tasks.ts';
import { WorkflowDefinition } from './definition.ts';
import { SearchHit, SearchInput } from './documents.ts';
import { ErrorClass, errorCatalogue, Failure, type ErrorCode } from './errors.ts';
import { JsonObject } from './json.ts';
import { Budget } from './requests.ts';
import { Usage } from './work.ts';

type Schema = Record<string, unknown>;

const named = {
  ...tasks,
  ...documents,
  Problem,
  WorkflowDefinition,
  SearchHit,
  SearchInput,
  ErrorClass,
  Failure,
  Budget,
  Usage,
};

/** The whole document; plain JSON, made anew by each call. */
export function openApiDocument(): Schema {
  const components = componentSchemas();
  const paths: Record<string, Schema> = {};
  for (const route of apiRoutes) (paths[route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version: '1',
      description: `Durable multi-agent AI workflows.\n\nErrors are \`application/problem+json\` (RFC 9457) with a stable \`code\`:\n\n${codeTable()}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas: components },
  };
}

const refOf = (name: string): string => `#/components/schemas/${name}`;
const names = new Map<z.ZodType, string>(
  Object.entries(named).flatMap(([name, value]) => (value instanceof z.ZodType ? [[value, name] as const] : [])),
);

function componentSchemas(): Record<string, Schema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { ...conversion, uri: refOf }) as { schemas: Record<string, Schema> };
  return Object.fromEntries(
    Object.entries(made.schemas)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => [name, withoutIdentity(schema)]),
  );
}

const conversion = {
  target: 'draft-2020-12',
  unrepresentable: 'any',
  io: 'input',
  override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Schema }): void => {
    if (zodSchema === JsonObject) jsonSchema['type'] = 'object';
    // Zod's UUID pattern also lists the all-zero id; the format says what matters.
    if (jsonSchema['format'] === 'uuid' || jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
  },
} as const;

function withoutIdentity({ $schema: _schema, $id: _id, ...schema }: Schema): Schema {
  return schema;
}

function schemaOf(schema: z.ZodType): Schema {
  const name = names.get(schema);
  return name === undefined ? withoutIdentity(z.toJSONSchema(schema, conversion) as Schema) : { $ref: refOf(name) };
}

function operationOf(route: ApiRoute): Schema {
  const { request } = route;
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: route.parameters.map(parameterOf),
    ...(request ? { requestBody: { required: request.required, content: contentOf(request.content) } } : {}),
    responses: {
      ...mapValues(route.responses, responseOf),
      // Any address may be unreadable.
      ...errorResponses(['invalid_request', 'invalid_text', ...route.errors], Object.keys(route.responses)),
    },
  };
}

function parameterOf(parameter: ApiParameter): Schema {
  const required = parameter.in === 'path';
  const { example, list } = parameter;
  return {
    name: parameter.name,
    in: parameter.in,
    required,
    description: parameter.description,
    ...(list === undefined ? {} : { style: 'form', explode: list === 'repeated' }),
    schema: schemaOf(parameter.schema),
    ...(example === undefined ? {} : { example }),
  };
}

const responseOf = (response: ApiResponse): Schema => ({
  description: response.description,
  ...(response.headers
    ? { headers: mapValues(response.headers, (description) => ({ description, schema: { type: 'string' } })) }
    : {}),
  ...(response.content ? { content: contentOf(response.content) } : {}),
});
const contentOf = (content: Readonly<Record<string, ApiContent>>): Schema =>
  mapValues(content, ({ schema, example }) => ({ schema: schemaOf(schema), example }));

/** One response for each status, with an example for each code that has it. */
function errorResponses(codes: readonly ErrorCode[], taken: readonly string[]): Schema {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const { code, status } of problemStatuses)
    if (codes.includes(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  const entries = [...byStatus].filter(([status]) => !taken.includes(String(status)));
  return Object.fromEntries(entries.map(([status, list]) => [status, problemResponse(status, list)]));
}

function problemResponse(status: number, codes: readonly ErrorCode[]): Schema {
  const examples = codes.map((code) => {
    const [errorClass, title] = errorCatalogue[code];
    return [
      code,
      { value: { type: `urn:waybill:problem:${code}`, title, status, detail: title, code, class: errorClass } },
    ];
  });
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: {
      'application/problem+json': { schema: { $ref: refOf('Problem') }, examples: Object.fromEntries(examples) },
    },
  };
}

const codeTable = (): string =>
  [
    '| code | status | meaning |',
    '| --- | --- | --- |',
    ...problemStatuses.map(({ code, status, title }) => `| \`${code}\` | ${status} | ${title} |`),
  ].join('\n');

function mapValues<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
