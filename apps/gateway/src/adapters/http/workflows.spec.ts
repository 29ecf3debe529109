import {
  AgentPage,
  encodeMessage,
  defaultOwner,
  registryKey,
  topics,
  WorkflowPage,
  WorkflowView,
} from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
const steps = { s1: { agent: 'echo' } };
const put = (name: string, body: object) => gateway.call('PUT', `/v1/workflows/${name}`, body);

beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
  await gateway.announce('writer', 'echo');
});
afterAll(() => gateway.close());

describe('a stored workflow', () => {
  it('is new, then the same, then in conflict', async () => {
    const created = await put('a', { version: 3, steps, description: 'A.' });
    expect([created.status, created.headers['location']]).toEqual([201, '/v1/workflows/a?version=3']);
    expect(WorkflowView.parse(created.json)).toMatchObject({ name: 'a', version: 3, description: 'A.' });
    const again = await put('a', { name: 'a', version: 3, steps, description: 'A.' });
    expect([again.status, again.json]).toEqual([200, created.json]);
    expect((await put('a', { version: 3, steps, description: 'B.' })).json).toMatchObject({
      status: 409,
      code: 'workflow_conflict',
      pointer: '/version',
    });
  });

  it('gets the next version by itself, unless nothing has changed', async () => {
    expect((await put('b', { steps })).json.version).toBe(1);
    expect(await put('b', { steps })).toMatchObject({ status: 200, json: { version: 1 } });
    expect(await put('b', { steps, description: 'New.' })).toMatchObject({ status: 201, json: { version: 2 } });
    expect((await gateway.call('GET', '/v1/workflows/b')).json.version).toBe(2);
    expect((await gateway.call('GET', '/v1/workflows/b?version=1')).json.version).toBe(1);
    expect((await gateway.call('GET', '/v1/workflows/b?version=9')).json.code).toBe('workflow_not_found');
  });

  it('has a last version, which can be asked for and run, and none after it', async () => {
    const last = await put('last', { version: 999_999_999, steps });
    expect((await gateway.call('GET', last.headers['location']!)).json).toEqual(last.json);
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'last@999999999' })).status).toBe(202);
    const written = log.recordsOf(topics.registry).length;
    expect((await put('last', { steps, description: 'One more.' })).json).toMatchObject({
      status: 409,
      code: 'workflow_conflict',
      pointer: '/version',
    });
    expect(await put('last', { steps })).toMatchObject({ status: 200, json: { version: 999_999_999 } });
    expect(log.recordsOf(topics.registry)).toHaveLength(written);
  });

  it('has one winner when two write one version at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((n) => put('c', { version: 1, steps, description: `Writer ${n}.` })),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    const partitions = new Set(
      log
        .recordsOf(topics.registry)
        .filter((record) => record.key.startsWith('workflow/c/'))
        .map((record) => record.partition),
    );
    expect(partitions.size).toBe(1);
  });

  it('gets a version of its own when many are written at once and none gives one', async () => {
    const bodies = [1, 2, 3, 4].map((n) => ({ steps, description: `Writer ${n}.` }));
    const allAppend = Promise.withResolvers<void>();
    const append = log.append.bind(log);
    let waiting = 0;
    const held = vi.spyOn(log, 'append').mockImplementation(async (messages) => {
      if (++waiting === bodies.length) allAppend.resolve();
      await allAppend.promise;
      return append(messages);
    });
    const answers = await Promise.all(bodies.map((body) => put('g', body)));
    held.mockRestore();
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    expect(answers.map((answer) => answer.json.version as number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    expect(answers.map((answer) => answer.json.description)).toEqual(bodies.map((body) => body.description));
    expect((await put('g', { ...bodies[0], version: 5 })).status).toBe(201);
  });

  it('is used as it was stored by the tasks that name it', async () => {
    await put('d', { version: 1, steps, input: { type: 'object', properties: { n: { type: 'integer' } } } });
    await put('d', { version: 2, steps });
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'd@1', input: { n: 'x' } })).json).toMatchObject({
      code: 'invalid_input',
      pointer: '/input/n',
    });
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'd', input: { n: 'x' } })).status).toBe(202);
  });

  it('is known although it was stored elsewhere a moment ago', async () => {
    const entry = (await put('e', { version: 1, steps })).json;
    const meta = { id: 'x', source: 'gateway', time: '', owner: defaultOwner };
    const other = {
      kind: 'workflow' as const,
      name: 'elsewhere',
      version: 1,
      hash: entry.hash,
      definition: { ...entry.definition, name: 'elsewhere' },
    };
    const appended = log.append([
      encodeMessage({ topic: topics.registry, key: registryKey(other), name: 'WorkflowEntry' }, other, meta),
    ]);
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'elsewhere' })).status).toBe(202);
    await appended;
  });

  it('is refused while no node has announced its agent, and accepted afterwards', async () => {
    expect((await put('f', { version: 1, steps: { s: { agent: 'late' } } })).status).toBe(201);
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'f' })).json).toMatchObject({
      code: 'unknown_agent',
      pointer: '/workflow',
    });
    await gateway.announce('late');
    expect((await gateway.call('POST', '/v1/tasks', { workflow: 'f' })).status).toBe(202);
  });
});

describe('the lists', () => {
  it('show the latest versions by name, page by page', async () => {
    const first = WorkflowPage.parse((await gateway.call('GET', '/v1/workflows?limit=2')).json);
    expect(first.items.map((item) => `${item.name}@${item.version}`)).toEqual(['a@3', 'b@2']);
    const second = WorkflowPage.parse((await gateway.call('GET', `/v1/workflows?limit=1&cursor=${first.next!}`)).json);
    expect(second.items[0]!.name).toBe('c');
    expect((await gateway.call('GET', '/v1/workflows?cursor=%24')).json.code).toBe('invalid_cursor');
  });

  it('show the agents', async () => {
    const page = AgentPage.parse((await gateway.call('GET', '/v1/agents')).json);
    expect(page.items.map((agent) => agent.name)).toEqual(['echo', 'late', 'writer']);
    expect(page.items[0]).not.toHaveProperty('hash');
  });

  it('pass over records that are none', async () => {
    await log.append([
      { topic: topics.registry, key: 'x', headers: {}, value: 'nonsense' },
      { topic: topics.registry, key: 'y', headers: {}, value: null },
    ]);
    expect((await gateway.call('GET', '/v1/agents')).json.total).toBe(3);
    expect((await gateway.call('GET', '/metrics')).text).toMatch(/alarms_total\{.*kind="unreadable"\} 1/);
  });
});
