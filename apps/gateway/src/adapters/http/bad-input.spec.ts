import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topicSpecs, workTopic } from '@waybill/contracts';
import { InMemoryMessageLog } from '@waybill/testing';
import { systemClock } from '@waybill/messaging';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;

beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
  await gateway.announce('echo', 'writer');
  const steps = { s1: { agent: 'echo', with: { id: '${{ input.id }}' } } };
  const input = { type: 'object', required: ['id'], properties: { id: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } } };
  await gateway.call('PUT', '/v1/workflows/typed', { name: 'typed', version: 1, input, steps });
  await gateway.call('PUT', '/v1/workflows/taken', { name: 'taken', version: 1, steps });
});
afterAll(() => gateway.close());

const raw = (text: string): Buffer => Buffer.from(text);
const echo = (more: object = {}): object => ({ agent: 'echo', ...more });
const inline = (steps: object, more: object = {}): object => ({ definition: { steps, ...more } });
const goal = (more: object): object => ({ goal: 'a', ...more });
const unknownTask = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';

interface Bad {
  readonly what: string;
  readonly to?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly code: string;
  readonly pointer?: string;
  readonly says?: RegExp;
}
const task = (what: string, body: unknown, code: string, more: Partial<Bad> = {}): Bad => ({ what, body, code, ...more });

const bad: Bad[] = [
  task('an unfinished object', raw('{"goal": "a"'), 'malformed_json', { says: /line 1, column 13/ }),
  task('a missing value', raw('{\n  "goal": ,\n}'), 'malformed_json', { says: /line 2, column 11/ }),
  task('a trailing comma', raw('{"goal":"a",}'), 'malformed_json'),
  task('two documents', raw('{"goal":"a"}{"goal":"b"}'), 'malformed_json', { says: /column 13/ }),
  task('a bare word', raw('goal'), 'malformed_json'),
  task('NaN', raw('{"goal":"a","priority":NaN}'), 'malformed_json'),
  task('an empty body', raw(''), 'invalid_request'),
  task('only white space', raw('   '), 'malformed_json'),
  task('a byte that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'malformed_json', { says: /UTF-8/ }),
  task('a surrogate as UTF-8 bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'malformed_json', { says: /UTF-8/ }),
  task('an overlong character', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'malformed_json'),
  task('a raw NUL in text', raw('{"goal":"a\0b"}'), 'invalid_text', { pointer: '/goal' }),
  task('an escaped NUL in text', raw('{"goal":"a\\u0000b"}'), 'invalid_text', { pointer: '/goal' }),
  task('an escaped NUL in a key', raw('{"goal":"a","input":{"x\\u0000y":1}}'), 'invalid_text', { pointer: '/input/x\ufffdy' }),
  task('a NUL between values', raw('{"goal":\0"a"}'), 'invalid_text'),
  task('a lone high surrogate', raw('{"goal":"\\ud800"}'), 'invalid_text', { pointer: '/goal' }),
  task('a lone low surrogate', raw('{"goal":"x \\uDC00 y"}'), 'invalid_text', { pointer: '/goal' }),
  task('a lone surrogate in a key', raw('{"goal":"a","labels":{"\\ud83d":"x"}}'), 'invalid_text', { pointer: '/labels/\ufffd' }),
  task('two high surrogates', raw('{"goal":"\\ud83d\\ud83d\\ude00"}'), 'invalid_text'),
  task('__proto__', raw('{"goal":"a","input":{"__proto__":{"x":1}}}'), 'forbidden_key', { pointer: '/input/__proto__' }),
  task('an escaped __proto__', raw('{"workflow":"typed","input":{"\\u005f_proto__":1}}'), 'forbidden_key'),
  task('constructor', raw('{"goal":"a","constructor":{}}'), 'forbidden_key'),
  task('prototype in a list', raw('{"goal":"a","labels":{},"input":{"list":[0,{"prototype":1}]}}'), 'forbidden_key', { pointer: '/input/list/1/prototype' }),
  task('ten thousand levels of lists', raw(`{"goal":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), 'too_deep'),
  task('ten thousand levels of objects', raw(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'too_deep'),
  task('levels that never close', raw('['.repeat(100_000)), 'too_deep'),
  task('eleven megabytes', Buffer.alloc(11 * 1024 * 1024, 0x20), 'too_large', { status: 413 }),
  task('a list', [1], 'invalid_request'),
  task('a string', 'goal', 'invalid_request'),
  task('null', raw('null'), 'invalid_request'),
  task('nothing to do', {}, 'invalid_request', { says: /one of goal/ }),
  task('goal and workflow', goal({ workflow: 'typed' }), 'invalid_request', { pointer: '/workflow' }),
  task('goal and definition', goal({ definition: { steps: { s1: echo() } } }), 'invalid_request', { pointer: '/definition' }),
  task('workflow and definition', { workflow: 'typed', definition: { steps: {} } }, 'invalid_request', { pointer: '/definition' }),
  task('a goal that is a number', { goal: 1 }, 'invalid_request', { pointer: '/goal' }),
  task('an empty goal', { goal: '' }, 'invalid_request', { pointer: '/goal' }),
  task('a blank goal', { goal: ' \n' }, 'invalid_request', { pointer: '/goal' }),
  task('a goal that is too long', { goal: 'a'.repeat(20_001) }, 'invalid_request', { pointer: '/goal' }),
  task('an unknown field', goal({ foo: 1 }), 'invalid_request', { pointer: '/foo' }),
  task('a misspelt field', goal({ prioritty: 1 }), 'invalid_request', { pointer: '/prioritty', says: /Did you mean priority/ }),
  task('priority 10', goal({ priority: 10 }), 'invalid_request', { pointer: '/priority' }),
  task('priority -1', goal({ priority: -1 }), 'invalid_request', { pointer: '/priority' }),
  task('half a priority', goal({ priority: 1.5 }), 'invalid_request', { pointer: '/priority' }),
  task('a priority in words', goal({ priority: 'high' }), 'invalid_request', { pointer: '/priority' }),
  task('a negative budget', goal({ budget: { tokens: -1 } }), 'invalid_request', { pointer: '/budget/tokens' }),
  task('an unknown budget', goal({ budget: { usd: 1 } }), 'invalid_request', { pointer: '/budget/usd' }),
  task('a budget that is a number', goal({ budget: 5 }), 'invalid_request', { pointer: '/budget' }),
  task('labels that are a list', goal({ labels: ['a'] }), 'invalid_request', { pointer: '/labels' }),
  task('a label that is a number', goal({ labels: { a: 1 } }), 'invalid_request', { pointer: '/labels/a' }),
  task('a label that is too long', goal({ labels: { a: 'x'.repeat(257) } }), 'invalid_request', { pointer: '/labels/a' }),
  task('too many labels', goal({ labels: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`l${n}`, ''])) }), 'invalid_request', { pointer: '/labels' }),
  task('a deadline that is no time', goal({ deadline: 'tomorrow' }), 'invalid_request', { pointer: '/deadline' }),
  task('a deadline without a zone', goal({ deadline: '2099-01-01T00:00:00' }), 'invalid_request', { pointer: '/deadline' }),
  task('a deadline that has passed', goal({ deadline: '2001-01-01T00:00:00Z' }), 'deadline_passed', { pointer: '/deadline' }),
  task('dry_run as text', goal({ dry_run: 'yes' }), 'invalid_request', { pointer: '/dry_run' }),
  task('input that is a list', { workflow: 'typed', input: [] }, 'invalid_request', { pointer: '/input' }),
  task('input that does not match', { workflow: 'typed', input: { id: 1 } }, 'invalid_input', { pointer: '/input/id' }),
  task('input that misses a field', { workflow: 'typed', input: {} }, 'invalid_input', { pointer: '/input' }),
  task('input that does not match inside', { workflow: 'typed', input: { id: 'a', tags: ['a', 2] } }, 'invalid_input', { pointer: '/input/tags/1' }),
  task('no input where one is required', { workflow: 'typed' }, 'invalid_input', { pointer: '/input' }),
  task('an unknown workflow', { workflow: 'typd' }, 'unknown_workflow', { pointer: '/workflow', says: /Did you mean typed/ }),
  task('an unknown version', { workflow: 'typed@7' }, 'unknown_workflow', { pointer: '/workflow' }),
  task('a workflow name that is none', { workflow: '../etc' }, 'invalid_request', { pointer: '/workflow' }),
  task('no steps', inline({}), 'no_steps', { pointer: '/definition/steps' }),
  task('steps that are a list', inline([]), 'invalid_definition', { pointer: '/definition/steps' }),
  task('no steps at all', { definition: {} }, 'invalid_definition', { pointer: '/definition/steps' }),
  task('an unknown agent', inline({ s1: { agent: 'ecoh' } }), 'unknown_agent', { pointer: '/definition/steps/s1/agent', says: /Did you mean echo/ }),
  task('an unknown need', inline({ s1: echo({ needs: ['s0'] }) }), 'unknown_need', { pointer: '/definition/steps/s1/needs/0' }),
  task('a step that needs itself', inline({ s1: echo({ needs: ['s1'] }) }), 'cycle'),
  task('a cycle', inline({ a: echo({ needs: ['b'] }), b: echo({ needs: ['a'] }) }), 'cycle', { says: /a -> b|b -> a/ }),
  task('a bad expression', inline({ s1: echo({ with: { x: '${{ 1 + }}' } }) }), 'invalid_expression', { pointer: '/definition/steps/s1/with/x' }),
  task('an unknown step in an expression', inline({ s1: echo({ with: { x: '${{ steps.s9.output }}' } }) }), 'invalid_expression'),
  task('an unknown field of a step', inline({ s1: echo({ need: [] }) }), 'invalid_definition', { pointer: '/definition/steps/s1/need', says: /Did you mean needs/ }),
  task('a bad step id', inline({ '1 a': echo() }), 'invalid_definition'),
  task('a bad time-out', inline({ s1: echo({ timeout: 'soon' }) }), 'invalid_definition', { pointer: '/definition/steps/s1/timeout' }),
  task('a bad schema of the input', inline({ s1: echo() }, { input: { type: 'strnig' } }), 'invalid_definition', { pointer: '/definition/input/type' }),
  task('a key that is too long', goal({}), 'invalid_request', { headers: { 'idempotency-key': 'x'.repeat(256) }, pointer: 'Idempotency-Key' }),
  task('a key with a blank', goal({}), 'invalid_request', { headers: { 'idempotency-key': 'a b' }, pointer: 'Idempotency-Key' }),
  task('XML', raw('<a/>'), 'unsupported_media_type', { headers: { 'content-type': 'text/xml' }, status: 415 }),
  task('a form', raw('goal=a'), 'unsupported_media_type', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 }),
  task('a multipart task', raw('--x--'), 'unsupported_media_type', { headers: { 'content-type': 'multipart/form-data; boundary=x' }, status: 415 }),
  { what: 'a run-task without a task', to: 'POST /run-task', body: {}, code: 'invalid_request', pointer: '/task' },
  { what: 'an unknown method', to: 'DELETE /v1/tasks', code: 'method_not_allowed', status: 405 },
  { what: 'an unknown path', to: 'GET /v2/tasks', code: 'not_found', status: 404 },
  { what: 'an escape that is none', to: 'GET /v1/tasks/%zz', code: 'invalid_request' },
  { what: 'a NUL in the path', to: 'GET /v1/workflows/a%00b', code: 'invalid_text' },
  { what: 'an id that is no UUID', to: 'GET /v1/tasks/42', code: 'task_not_found', status: 404 },
  { what: 'an id of no task', to: `GET /v1/tasks/${unknownTask}`, code: 'task_not_found', status: 404 },
  { what: 'the stream of no task', to: `GET /v1/tasks/${unknownTask}/events`, headers: { accept: 'text/event-stream' }, code: 'task_not_found', status: 404 },
  { what: 'a position that is none', to: `GET /v1/tasks/${unknownTask}/events?after=-1`, code: 'invalid_cursor', pointer: 'after' },
  { what: 'a page that is too long', to: `GET /v1/tasks/${unknownTask}/events?limit=1001`, code: 'invalid_request', pointer: 'limit' },
  {
    what: 'a Last-Event-ID that is none',
    to: `GET /v1/tasks/${unknownTask}/events`,
    headers: { accept: 'text/event-stream', 'last-event-id': 'abc' },
    code: 'invalid_cursor',
    pointer: 'Last-Event-ID',
  },
  { what: 'events as a picture', to: `GET /v1/tasks/${unknownTask}/events`, headers: { accept: 'image/png' }, code: 'not_acceptable', status: 406 },
  { what: 'a cursor that was not made here', to: 'GET /v1/tasks?cursor=abc', code: 'invalid_cursor', pointer: 'cursor' },
  { what: 'a page of nothing', to: 'GET /v1/tasks?limit=0', code: 'invalid_request', pointer: 'limit' },
  { what: 'an unknown status', to: 'GET /v1/tasks?status=done', code: 'invalid_request', pointer: 'status' },
  { what: 'a label without a value', to: 'GET /v1/tasks?label=team', code: 'invalid_request', pointer: 'label' },
  { what: 'an unknown parameter', to: 'GET /v1/tasks?stauts=failed', code: 'invalid_request', says: /Did you mean status/ },
  { what: 'the cancelling of no task', to: `POST /v1/tasks/${unknownTask}/cancel`, code: 'task_not_found', status: 404 },
  { what: 'a reason that is a number', to: `POST /v1/tasks/${unknownTask}/cancel`, body: { reason: 1 }, code: 'invalid_request', pointer: '/reason' },
  { what: 'a cyclic workflow', to: 'PUT /v1/workflows/loop', body: { steps: { a: echo({ needs: ['a'] }) } }, code: 'cycle', pointer: '/steps/a/needs' },
  { what: 'a workflow of another name', to: 'PUT /v1/workflows/a', body: { name: 'b', steps: { s: echo() } }, code: 'invalid_definition', pointer: '/name' },
  { what: 'a workflow name that is none', to: 'PUT /v1/workflows/1a', body: { steps: { s: echo() } }, code: 'invalid_request', pointer: 'name' },
  { what: 'a changed version', to: 'PUT /v1/workflows/taken', body: { version: 1, steps: { other: echo() } }, code: 'workflow_conflict', status: 409 },
  { what: 'a reference to elsewhere', to: 'PUT /v1/workflows/a', body: { input: { $ref: 'http://x' }, steps: { s: echo() } }, code: 'invalid_definition', pointer: '/input/$ref' },
  { what: 'an unknown stored workflow', to: 'GET /v1/workflows/nothing', code: 'workflow_not_found', status: 404 },
  { what: 'a document from elsewhere', to: 'POST /v1/documents', body: { name: 'a', url: 'http://169.254.169.254/' }, code: 'unsupported_document', status: 422, pointer: '/url' },
  { what: 'a document without content', to: 'POST /v1/documents', body: { name: 'a' }, code: 'invalid_request' },
  { what: 'a document twice', to: 'POST /v1/documents', body: { name: 'a', text: 'a', base64: 'YQ==' }, code: 'invalid_request', pointer: '/base64' },
  { what: 'base64 that is none', to: 'POST /v1/documents', body: { name: 'a', base64: 'a*b' }, code: 'invalid_request', pointer: '/base64' },
  { what: 'an empty document', to: 'POST /v1/documents', body: { name: 'a', text: '' }, code: 'unsupported_document', status: 422 },
  { what: 'a collection that is a path', to: 'POST /v1/documents', body: { name: 'a', text: 'a', collection: '../x' }, code: 'invalid_request', pointer: '/collection' },
  { what: 'no such document', to: `GET /v1/documents/${unknownTask}`, code: 'document_not_found', status: 404 },
  { what: 'a document id that is none', to: 'DELETE /v1/documents/x', code: 'document_not_found', status: 404 },
  { what: 'an empty search', to: 'POST /v1/search', body: { query: '' }, code: 'invalid_request', pointer: '/query' },
  { what: 'too many hits', to: 'POST /v1/search', body: { query: 'a', k: 101 }, code: 'invalid_request', pointer: '/k' },
];

const commandTopics = [...topicSpecs.map((spec) => spec.name), workTopic('knowledge.search')];
const everything = (): number => commandTopics.reduce((sum, topic) => sum + log.recordsOf(topic).length, 0);

describe('bad input', () => {
  it('is covered by more than sixty cases', () => expect(bad.length).toBeGreaterThan(60));

  it.each(bad)('is refused before anything happens: $what', async ({ to = 'POST /v1/tasks', body, headers, status = 400, code, pointer, says }) => {
    const before = everything();
    const [method, path] = to.split(' ') as [string, string];
    const answer = await gateway.call(method, path, body, headers);
    expect(answer.json).toMatchObject({ code, status, type: `urn:waybill:problem:${code}`, ...(pointer === undefined ? {} : { pointer }) });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json.detail).toMatch(says ?? /./);
    expect(answer.json.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(everything()).toBe(before);
  });
});
