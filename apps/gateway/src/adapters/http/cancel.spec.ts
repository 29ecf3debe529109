import { defaultOwner, encodeMessage, PlatformError, topics, Verdict, type CancelTask } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, until } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';
import { TypeOrmKeyStore } from '../typeorm/typeorm-key-store.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
const steps = { s1: { agent: 'echo', with: { id: '${{ input.id }}' } } };
const body = { workflow: 'one', input: { id: 'x' } };

beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
  await gateway.announce('echo');
  await gateway.call('PUT', '/v1/workflows/one', { name: 'one', version: 1, steps, output: '${{ steps.s1.output }}' });
});
afterAll(() => gateway.close());

async function run(): Promise<string> {
  const taskId = await gateway.submit(body);
  await gateway.emit(taskId, ...lifeOf(taskId, { done: taskId }));
  return taskId;
}

/** A gateway that waits for no verdict, and a task of its. */
async function hasty(): Promise<{ gateway: GatewayFixture; taskId: string }> {
  const hurried = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), {
    settings: { GATEWAY_VERDICT_MS: '1' },
  });
  await hurried.announce('echo');
  return { gateway: hurried, taskId: await hurried.submit({ definition: { steps } }) };
}

const requests = () => log.recordsOf(topics.taskRequests);

describe('cancelling', () => {
  const cancel = (taskId: string, headers: Record<string, string> = {}) =>
    gateway.call('POST', `/v1/tasks/${taskId}/cancel`, { reason: 'enough' }, headers);
  const asked = (taskId: string) =>
    requests().find((record) => record.key === taskId && record.headers['ce_type']!.includes('CancelTask'));
  async function decide(taskId: string, verdict: Partial<Verdict>): Promise<void> {
    await until(() => asked(taskId) !== undefined, undefined, 1_000_000);
    const { reply_to: to } = JSON.parse(String(asked(taskId)!.value)) as CancelTask;
    const body = Verdict.parse({ type: 'Verdict', command_id: to!.command_id, applied: true, ...verdict });
    const meta = { id: 'v', source: 'orchestrator', time: '', owner: defaultOwner };
    await log.append([encodeMessage({ topic: topics.replies, key: to!.instance, name: 'Verdict' }, body, meta)]);
  }

  it('answers with the task when it is decided', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const answer = cancel(taskId, { 'idempotency-key': 'c1' });
    await until(() => asked(taskId) !== undefined, undefined, 1_000_000);
    const end = {
      seq: 2,
      type: 'TaskCancelled',
      data: { reason: 'enough', usage: { prompt_tokens: 0, completion_tokens: 0, steps: 0 } },
    };
    await gateway.emit(taskId, lifeOf(taskId)[0]!, end);
    await decide(taskId, { task_status: 'cancelled' });
    expect((await answer).json).toMatchObject({ task_id: taskId, status: 'cancelled' });
    expect((await cancel(taskId, { 'idempotency-key': 'c1' })).status).toBe(200);
    expect((await cancel(taskId)).json).toMatchObject({ code: 'task_ended', status: 409 });
  });

  it('with one key at once is one command, and each gets its answer', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const reserved = vi.spyOn(TypeOrmKeyStore.prototype, 'reserve');
    const answers = [1, 2, 3].map(() => cancel(taskId, { 'idempotency-key': 'c2' }));
    const other = gateway.call('POST', `/v1/tasks/${taskId}/cancel`, {}, { 'idempotency-key': 'c2' });
    await until(() => reserved.mock.results.length === 4, undefined, 1_000_000);
    // Gateways that share a database tell by the entity which of several in one insertion has won.
    expect(new Set(reserved.mock.calls.map(([row]) => row.entityId)).size).toBe(4);
    reserved.mockRestore();
    await decide(taskId, { task_status: 'cancelled' });
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect((await other).status).toBe(422);
    expect(requests().filter((record) => record.key === taskId)).toHaveLength(2);
  });

  it('that comes again after it was undecided, is told that it was done', async () => {
    const { gateway: hurried, taskId } = await hasty();
    const again = (key: string) =>
      hurried.call('POST', `/v1/tasks/${taskId}/cancel`, undefined, { 'idempotency-key': key });
    expect((await again('first')).status).toBe(202);
    const usage = { prompt_tokens: 0, completion_tokens: 0, steps: 0 };
    await hurried.emit(taskId, lifeOf(taskId)[0]!, { seq: 2, type: 'TaskCancelled', data: { reason: 'x', usage } });
    const answers = [await again('later'), await again('first'), await again('first'), await again('later')];
    expect(answers.map(({ status, json }) => [status, json.code ?? json.status])).toEqual([
      [409, 'task_ended'],
      [200, 'cancelled'],
      [200, 'cancelled'],
      [409, 'task_ended'],
    ]);
    await hurried.close();
  });

  it('that is decided stands, though the log does not say just then how far it goes', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const answer = cancel(taskId);
    await until(() => asked(taskId) !== undefined, undefined, 1_000_000);
    const ends = vi.spyOn(log, 'endOffsets').mockRejectedValue(new PlatformError('unavailable'));
    await decide(taskId, { task_status: 'cancelled' });
    expect((await answer).status).toBe(200);
    ends.mockRestore();
  });

  it('is refused when the task ended meanwhile', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const answer = cancel(taskId);
    await decide(taskId, { applied: false, error: { class: 'conflict', code: 'task_ended', detail: 'It has ended.' } });
    expect((await answer).json).toMatchObject({ code: 'task_ended', status: 409, detail: 'It has ended.' });
  });

  it('answers 202 when nobody decides in time', async () => {
    const { gateway: hurried, taskId } = await hasty();
    const answer = await hurried.call('POST', `/v1/tasks/${taskId}/cancel`);
    expect([answer.status, answer.headers['location']]).toEqual([202, `/v1/tasks/${taskId}`]);
    await hurried.close();
  });

  it('is refused for a task that has ended', async () =>
    expect((await cancel(await run())).json.code).toBe('task_ended'));
});
