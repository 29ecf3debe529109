import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventPage, TaskAnswer, TaskPage, TaskView, topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteReadModels } from '../../index.ts';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-gateway-'));
/** Both instances share it, as they share a PostgreSQL. */
const readModels = sqliteReadModels(join(folder, 'gateway.db'));
const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
const steps = { s1: { agent: 'echo', with: { id: '${{ input.id }}' } } };

beforeAll(async () => {
  gateway = await GatewayFixture.start(log, { readModels });
  await gateway.announce('echo', 'retriever', 'analyzer', 'writer');
  await gateway.call('PUT', '/v1/workflows/one', { name: 'one', version: 1, steps, output: '${{ steps.s1.output }}' });
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

const requests = () => log.recordsOf(topics.taskRequests);
const commandOf = (taskId: string) =>
  JSON.parse(String(requests().find((record) => record.key === taskId)!.value)) as Record<string, unknown>;
const run = async (
  body: object = { workflow: 'one', input: { id: 'x' } },
  labels: Record<string, string> = {},
): Promise<string> => {
  const taskId = await gateway.submit(body);
  await gateway.emit(taskId, ...lifeOf(taskId, { done: taskId }, labels));
  return taskId;
};

describe('a task', () => {
  it('is on the log when the answer comes', async () => {
    const answer = await gateway.call('POST', '/v1/tasks', {
      workflow: 'one',
      input: { id: 'x' },
      priority: 9,
      labels: { a: 'b' },
      budget: { tokens: 3 },
    });
    expect(answer.status).toBe(202);
    const { task_id: taskId } = TaskAnswer.parse(answer.json);
    expect(answer.headers['location']).toBe(`/v1/tasks/${taskId}`);
    expect(commandOf(taskId)).toMatchObject({
      type: 'SubmitTask',
      workflow: 'one@1',
      input: { id: 'x' },
      priority: 9,
      labels: { a: 'b' },
      budget: { tokens: 3 },
      agents: { echo: { queue: 'agent.echo', max_tokens: 0 } },
      definition: { name: 'one', version: 1, steps: [{ step_id: 's1' }] },
    });
  });

  it('carries the trace that it came with', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } }, { traceparent });
    const { headers } = requests().find((record) => record.key === taskId)!;
    expect(headers['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    expect(headers['traceparent']).not.toBe(traceparent);
  });

  it.each([
    ['carries', 'v=1', 'v=1'],
    ['leaves', `v=${'x'.repeat(511)}`, undefined],
  ])('%s a state of the trace, by its length', async (_does, tracestate, carried) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } }, { traceparent, tracestate });
    expect(requests().find((record) => record.key === taskId)!.headers['tracestate']).toBe(carried);
  });

  it('may be a goal, and brings the cards of the agents that rules plan with', async () => {
    for (const input of [{ collection: 'docs', more: 1 }, { collection: null }, {}])
      await gateway.submit({ goal: 'a', input });
    const taskId = await gateway.submit({ goal: 'Find "it" \u2028 out' });
    expect(commandOf(taskId)).toMatchObject({
      goal: 'Find "it" \u2028 out',
      agents: { retriever: {}, analyzer: {}, writer: {} },
    });
    expect((await gateway.call('GET', `/v1/tasks/${taskId}`)).json).toMatchObject({
      status: 'accepted',
      goal: 'Find "it" \u2028 out',
    });
  });

  it('may bring its definition', async () => {
    const taskId = await gateway.submit({
      definition: { steps },
      input: { id: 'x' },
      deadline: '2999-01-01T00:00:00Z',
    });
    expect(commandOf(taskId)).toMatchObject({
      definition: { name: 'workflow' },
      deadline_at: Date.parse('2999-01-01T00:00:00Z'),
    });
    expect(commandOf(taskId)).not.toHaveProperty('workflow');
  });

  it('may be given in short', async () => {
    const answer = await gateway.call('POST', '/run-task', { task: 'Do it' });
    expect(answer.status).toBe(202);
    expect(commandOf(answer.json.task_id)).toMatchObject({ goal: 'Do it' });
  });

  it('is only shown by a dry run', async () => {
    const before = requests().length;
    const answer = await gateway.call('POST', '/v1/tasks', { goal: 'Do it', dry_run: true });
    expect([answer.status, answer.json.plan.map((step: { agent: string }) => step.agent)]).toEqual([
      200,
      ['retriever', 'analyzer', 'writer'],
    ]);
    expect(answer.json.plan[0].reason).toMatch(/./);
    expect(requests()).toHaveLength(before);
  });

  it('is shown as it goes on, and whole when it has ended', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const get = async () => TaskView.parse((await gateway.call('GET', `/v1/tasks/${taskId}`)).json);
    expect(await get()).toMatchObject({ status: 'accepted', workflow: 'one@1', input: { id: 'x' } });
    await gateway.emit(taskId, ...lifeOf(taskId).slice(0, 3));
    expect(await get()).toMatchObject({ status: 'running', plan: [{ status: 'running', attempt: 1 }] });
    await gateway.emit(taskId, ...lifeOf(taskId).slice(3));
    expect(await get()).toMatchObject({
      status: 'completed',
      output: { ok: true },
      plan: [{ status: 'completed', attempt: 1 }],
    });
  });

  it('is never unknown on another instance', async () => {
    const other = await GatewayFixture.start(log, { readModels, instanceId: 'gateway-2' });
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    expect((await other.call('GET', `/v1/tasks/${taskId}`)).json).toMatchObject({
      task_id: taskId,
      status: 'accepted',
    });
    await other.close();
  });

  it('shows its steps, its metrics and its events', async () => {
    const taskId = await run();
    expect((await gateway.call('GET', `/v1/tasks/${taskId}/steps/s1`)).json).toMatchObject({
      step_id: 's1',
      attempts: [{ attempt: 1 }],
    });
    expect((await gateway.call('GET', `/v1/tasks/${taskId}/steps/s2`)).json).toMatchObject({ code: 'step_not_found' });
    const metrics = await gateway.call('GET', `/v1/tasks/${taskId}/metrics`);
    expect((await gateway.call('GET', `/metrics/${taskId}`)).json).toEqual(metrics.json);
    const page = EventPage.parse((await gateway.call('GET', `/v1/tasks/${taskId}/events?after=1&limit=2`)).json);
    expect([page.events.map((event) => event.seq), page.next]).toEqual([[2, 3], 3]);
    expect((await gateway.call('GET', `/v1/tasks/${taskId}/events?after=3`)).json.next).toBeNull();
    expect((await gateway.call('GET', `/v1/tasks/${taskId}/events?after=5`)).json).toEqual({ events: [], next: null });
  });
});

describe('the list of tasks', () => {
  it('sees what was submitted before it, newest first, page by page', async () => {
    const ids = [
      await run(undefined, { team: 'x', tier: '1' }),
      await run(undefined, { team: 'x' }),
      await run(undefined, { team: 'y' }),
    ];
    const list = async (query: string) => TaskPage.parse((await gateway.call('GET', `/v1/tasks?${query}`)).json);
    const first = await list('limit=2');
    expect(first.items.map((item) => item.task_id)).toEqual([ids[2], ids[1]]);
    expect((await list(`limit=1&cursor=${encodeURIComponent(first.next!)}`)).items[0]!.task_id).toBe(ids[0]);
    expect(await list('label=team:x')).toMatchObject({
      total: 2,
      next: null,
      items: [{ task_id: ids[1] }, { task_id: ids[0] }],
    });
    expect((await list('label=team:x&label=tier:1')).items).toHaveLength(1);
    expect((await list('label=team:x&status=failed,cancelled')).items).toEqual([]);
    expect((await list('workflow=one&limit=1')).items[0]!.task_id).toBe(ids[2]);
    expect((await list('workflow=one@1&status=completed&limit=1')).items).toHaveLength(1);
    expect((await list('workflow=one@2')).total).toBe(0);
  });

  it('finds a label wherever its key or its value has colons, and a task once', async () => {
    const ids = [
      await run(undefined, { 'k:b': 'c' }),
      await run(undefined, { k: 'b:c' }),
      await run(undefined, { k: 'b:c', 'k:b': 'c', 'k:b:c': '', ':k': 'b' }),
      await run(undefined, { k: 'b' }),
    ];
    const found = async (query: string) => {
      const page = await gateway.call('GET', `/v1/tasks?${query}`);
      return [TaskPage.parse(page.json).items.map((item) => ids.indexOf(item.task_id)), page.json.total];
    };
    expect(await found('label=k:b:c')).toEqual([[2, 1, 0], 3]);
    expect(await found('label=k:b:c&label=k:b:c:')).toEqual([[2], 1]);
    expect(await found('label=:k:b')).toEqual([[2], 1]);
    expect(await found('label=k:b')).toEqual([[3], 1]);
  });
});
