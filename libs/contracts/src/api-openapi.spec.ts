import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './api-openapi.ts';
import { problemStatuses } from './api-problem.ts';
import { apiRoutes } from './api-routes.ts';

const document = openApiDocument();
const text = JSON.stringify(document);

describe('the interface description', () => {
  it('is the one that is committed (node apps/gateway/scripts/write-openapi.mjs writes it)', () => {
    const committed = readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(text));
  });

  it('is the same each time', () => expect(JSON.stringify(openApiDocument())).toBe(text));

  it('refers only to schemas that it contains', () => {
    const schemas = Object.keys((document['components'] as { schemas: object }).schemas);
    const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    expect(references.filter((name) => !schemas.includes(name!))).toEqual([]);
    expect(references.length).toBeGreaterThan(40);
  });

  it('names every operation once', () => {
    const ids = apiRoutes.map((route) => route.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(apiRoutes.map((route) => `${route.method} ${route.path}`)).size).toBe(ids.length);
  });

  it('documents the parameters that a path contains', () => {
    for (const route of apiRoutes) {
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(
        route.parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name),
      ).toEqual(inPath);
    }
  });
});

describe('an operation', () => {
  interface Operation {
    readonly parameters: readonly { readonly name: string }[];
    readonly responses: Readonly<Record<string, { readonly headers?: object; readonly description: string }>>;
  }
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  const parameterOf = (path: string, name: string) =>
    paths[path]!['get']!.parameters.find((parameter) => parameter.name === name);

  it('takes several values where the gateway does, separated by commas or repeated', () => {
    for (const path of ['/v1/tasks', '/v1/documents'])
      expect(parameterOf(path, 'status')).toMatchObject({ style: 'form', explode: false, schema: { type: 'array' } });
    expect(parameterOf('/v1/tasks', 'label')).toMatchObject({
      style: 'form',
      explode: true,
      schema: { type: 'array' },
    });
  });

  it.each(['/v1/tasks', '/run-task', '/v1/documents'])('POST %s says whether its key was seen before', (path) =>
    expect(paths[path]!['post']!.responses['202']!.headers).toHaveProperty('Idempotency-Replayed'),
  );

  it('that may have a body may have a bad one', () => {
    for (const { method, path } of apiRoutes.filter((route) => route.method !== 'get'))
      expect(paths[path]![method]!.responses['400']!.description).toContain('`malformed_json`');
  });
});

describe('an example', () => {
  const contents = apiRoutes.flatMap((route) => [
    ...Object.entries(route.request?.content ?? {}).map(([type, content]) => ({
      where: `${route.id} request ${type}`,
      ...content,
    })),
    ...Object.entries(route.responses).flatMap(([status, response]) =>
      Object.entries(response.content ?? {}).map(([type, content]) => ({
        where: `${route.id} ${status} ${type}`,
        ...content,
      })),
    ),
    ...route.parameters
      .filter((parameter) => parameter.example !== undefined)
      .map((parameter) => ({
        where: `${route.id} ${parameter.name}`,
        schema: parameter.schema,
        example: parameter.example,
      })),
  ]);

  it.each(contents)('matches its schema: $where', ({ schema, example }) => {
    expect(schema.safeParse(example).error?.issues).toBeUndefined();
  });
});

describe('a code', () => {
  it('has a status between 400 and 503', () => {
    for (const { status } of problemStatuses) expect(status).toSatisfy((value: number) => value >= 400 && value <= 503);
  });
});
