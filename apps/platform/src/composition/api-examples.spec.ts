/** The examples of the committed openapi.json on a real platform: it takes what they send, and answers what they show. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator, type Schema } from '@cfworker/json-schema';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../config.ts';
import { startPlatform, type RunningPlatform } from './start-platform.ts';

interface Content {
  readonly schema: object;
  readonly example: unknown;
  /** Of problems, by code. */
  readonly examples?: Readonly<Record<string, { readonly value: Readonly<Record<string, unknown>> }>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; explode?: boolean; example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
type Fields = Readonly<Record<string, string>>;
interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: unknown;
}
interface Ask {
  readonly sends?: string;
  readonly accept?: string;
  /** In place of those of the example. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
}

const file = readFileSync(join(import.meta.dirname, '../../../../openapi.json'), 'utf8');
const { paths, components } = JSON.parse(file) as {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: object;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);
const json = 'application/json';
const stream = 'text/event-stream';
const requests = operations.flatMap(({ operationId, requestBody }) =>
  Object.keys(requestBody?.content ?? {}).map((type) => `${operationId} ${type}`),
);
const shown = operations.flatMap(({ operationId: id, responses }) =>
  Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content)
      .filter(([type]) => type !== 'application/problem+json')
      .map(([type, { schema, example }]) => ({ id, what: `${id} ${status} ${type}`, schema, example })),
  ),
);
/** Too long to be shown as a whole. */
const excerpts = new Set(['getOpenApi', 'getMetrics']);
/** Answered only in the moment before a platform is ready. */
const unseen = `isReady 503 ${json}`;

/** Another body needs another key. */
const form: Ask = { sends: 'multipart/form-data', parameters: { 'Idempotency-Key': undefined } };

const home = mkdtempSync(join(tmpdir(), 'waybill-examples-'));
/** The status of each request that was sent. */
const taken = new Map<string, number>();
const answers = new Map<string, Answer>();
const ids: Record<string, string> = {};
let platform: RunningPlatform | undefined;

beforeAll(async () => {
  const settings = { PORT: '0', WAYBILL_DATA_DIR: home, LOG_LEVEL: 'silent', AGENTIC_NO_LLM: '1' };
  // A step of seconds can be cancelled.
  platform = await startPlatform({ config: parseConfig({ ...settings, SIMULATED_TOKENS_PER_SECOND: '10' }) });
  await addKnowledge();
  await runTasks();
  await cancelTask();
  await readEverything();
  await note('addDocument', form);
});
afterAll(async () => {
  await platform?.close();
  rmSync(home, { recursive: true, force: true });
});

async function addKnowledge(): Promise<void> {
  ids['document_id'] = fieldOf(await note('addDocument'), 'document_id');
  await settled(() => ask('getDocument'));
  await note('putWorkflow');
  await note('putWorkflow');
}

async function runTasks(): Promise<void> {
  ids['task_id'] = fieldOf(await note('submitTask'), 'task_id');
  const short = { parameters: { task_id: fieldOf(await note('runTask'), 'task_id') } };
  expect((await settled(() => ask('getTask'))).body).toMatchObject({ status: 'completed', error: null });
  expect((await settled(() => ask('getTask', short))).body).toMatchObject({ status: 'completed', error: null });
  await note('submitTask', { parameters: { 'Idempotency-Key': undefined }, body: { dry_run: true } });
}

async function cancelTask(): Promise<void> {
  const taskId = fieldOf(await ask('submitTask', { parameters: { 'Idempotency-Key': undefined } }), 'task_id');
  const task = { parameters: { task_id: taskId } };
  await settled(() => ask('getStep', { parameters: { task_id: taskId, step_id: 'answer' } }), 'running');
  // The view that a cancel shows while its verdict is to come.
  answers.set(`cancelTask 202 ${json}`, await ask('getTask', task));
  await note('cancelTask', task);
}

async function readEverything(): Promise<void> {
  for (const { operationId, method } of operations) if (method === 'GET') await note(operationId);
  await note('search');
  for (const id of ['streamTask', 'streamTaskShort']) for (const accept of [json, stream]) await note(id, { accept });
}

/** A success that is described, or nothing goes on. */
async function note(id: string, how: Ask = {}): Promise<Answer> {
  const answer = await ask(id, how);
  const successes = Object.keys(operationOf(id).responses).filter((status) => Number(status) < 300);
  if (!successes.includes(String(answer.status))) throw new Error(`${id} answered ${JSON.stringify(answer)}`);
  taken.set(`${id} ${how.sends ?? json}`, answer.status);
  answers.set(`${id} ${answer.status} ${answer.type}`, answer);
  return answer;
}

/** What the examples of an operation say, sent. */
async function ask(id: string, how: Ask = {}): Promise<Answer> {
  const response = await fetch(addressOf(id, how), {
    method: operationOf(id).method,
    headers: headersOf(id, how),
    body: bodyOf(id, how),
  });
  const type = response.headers.get('content-type')?.split(';')[0];
  const text = await response.text();
  return { status: response.status, type, body: type?.endsWith('json') ? JSON.parse(text) : text };
}

const operationOf = (id: string) => operations.find(({ operationId }) => operationId === id)!;

function valuesOf(id: string, { parameters = {} }: Ask): { name: string; in: string; value: string }[] {
  return operationOf(id).parameters.flatMap(({ name, in: where, explode, example }) => {
    const value = name in parameters ? parameters[name] : (ids[name] ?? example);
    if (value === undefined) return [];
    const values: unknown[] = Array.isArray(value) && explode ? value : [value];
    return values.map((one) => ({ name, in: where, value: String(one) }));
  });
}

function addressOf(id: string, how: Ask): URL {
  const values = valuesOf(id, how);
  const path = operationOf(id).path.replaceAll(
    /\{(\w+)\}/g,
    (_, name) => values.find((one) => one.name === name)!.value,
  );
  const url = new URL(path, platform!.url);
  for (const { name, in: where, value } of values) if (where === 'query') url.searchParams.append(name, value);
  return url;
}

function headersOf(id: string, how: Ask): Headers {
  const headers = new Headers(how.accept === undefined ? {} : { accept: how.accept });
  for (const { name, in: where, value } of valuesOf(id, how)) if (where === 'header') headers.set(name, value);
  if (operationOf(id).requestBody && how.sends === undefined) headers.set('content-type', json);
  return headers;
}

function bodyOf(id: string, { sends = json, body }: Ask): string | FormData | null {
  const content = operationOf(id).requestBody?.content[sends];
  if (content === undefined) return null;
  const example = content.example as Fields;
  return sends === json ? JSON.stringify({ ...example, ...body }) : formOf(example);
}

function formOf({ file: text = '', ...fields }: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([text]));
  return form;
}

const fieldOf = ({ body }: Answer, name: string): string => (body as Record<string, string>)[name]!;

/** Asks until it is as far as that, or has ended. */
async function settled(read: () => Promise<Answer>, status = 'completed'): Promise<Answer> {
  const awaited = [status, 'indexed', 'failed', 'cancelled', 'completed'];
  return vi.waitUntil(
    async () => {
      const answer = await read();
      return awaited.includes(fieldOf(answer, 'status')) ? answer : undefined;
    },
    { timeout: 20_000, interval: 10 },
  );
}

/** Without what is another one each time: ids, times, and how long it took. */
const lasting = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body)
      .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/"latency_ms":[\d.]+/g, '"latency_ms":0'),
  );

function problemsOf(schema: object, value: unknown): unknown[] {
  return new Validator({ ...schema, components } as Schema, '2020-12', false).validate(value).errors;
}

describe('a request example', () => {
  it.each(requests)('is taken as it stands: %s', (request) => {
    expect(taken.get(request)).toBeOneOf([200, 201, 202]);
  });

  it('deletes a document', async () => {
    const other = fieldOf(await ask('addDocument', form), 'document_id');
    expect((await ask('deleteDocument', { parameters: { document_id: other } })).status).toBe(202);
  });
});

describe('an answer example', () => {
  it.each(shown)('has the shape that is described: $what', ({ schema, example }) =>
    expect(problemsOf(schema, example)).toEqual([]),
  );

  it.each(shown.filter(({ what }) => what !== unseen))(
    'is what is answered: $what',
    ({ id, what, schema, example }) => {
      const body = answers.get(what)?.body;
      expect(problemsOf(schema, body)).toEqual([]);
      if (typeof example === 'string' && excerpts.has(id)) expect(body).toContain(example);
      else if (excerpts.has(id)) expect(body).toMatchObject(example as object);
      else expect(lasting(body)).toEqual(lasting(example));
    },
  );

  it('of a problem is one, and its code comes with that status, title and class', async () => {
    const problems = operations.flatMap(({ responses }) =>
      Object.values(responses).flatMap(({ content }) => content?.['application/problem+json'] ?? []),
    );
    const examples = problems.flatMap(({ examples: byCode }) => Object.entries(byCode!));
    for (const [, { value }] of examples)
      expect(problemsOf({ $ref: '#/components/schemas/Problem' }, value)).toEqual([]);
    const answer = await ask('getTask', { parameters: { task_id: 'none' } });
    const { detail: _detail, ...lasts } = Object.fromEntries(examples)['task_not_found']!.value;
    expect(answer.body).toMatchObject(lasts);
  });
});
