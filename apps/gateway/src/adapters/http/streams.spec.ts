import { topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

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

describe('a stream of events', () => {
  it('follows a task from its acceptance to its end', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'ü' } });
    const stream = gateway.stream(taskId);
    for (const event of lifeOf(taskId, 'fünf')) await gateway.emit(taskId, event);
    const answer = await stream;
    expect(answer.headers['content-type']).toContain('text/event-stream');
    expect([...answer.text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))).toEqual([1, 2, 3, 4, 5]);
    expect(answer.text).toContain('fünf');
  });

  it('goes on after Last-Event-ID, and is empty at the end', async () => {
    const taskId = await run();
    expect((await gateway.stream(taskId, '', { 'last-event-id': '4' })).text.match(/^id: .*$/gm)).toEqual(['id: 5']);
    expect((await gateway.stream(taskId, '', { 'last-event-id': '4.17' })).text.match(/^id: .*$/gm)).toEqual(['id: 5']);
    expect((await gateway.stream(taskId, '?after=4')).text.match(/^id: .*$/gm)).toEqual(['id: 5']);
    for (const atOrAfterTheEnd of ['5', '6', '6.3']) {
      const over = await gateway.stream(taskId, '', { 'last-event-id': atOrAfterTheEnd });
      expect([over.status, over.headers['content-length']]).toEqual([204, undefined]); // RFC 9110, 8.6
    }
  });

  it('refuses a place that a running task has not come to', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const answer = await gateway.stream(taskId, '', { 'last-event-id': '6' });
    expect(answer.json).toMatchObject({ code: 'invalid_cursor' });
  });

  it('refuses a place among the tokens that the log has not come to', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const life = lifeOf(taskId);
    await gateway.emit(taskId, ...life.slice(0, 3));
    const token = { step_id: 's1', work_id: `${taskId}:s1`, epoch: 1, turn: 0, index: 0, text: 'a' };
    await log.append([{ topic: topics.taskTokens, key: taskId, headers: {}, value: JSON.stringify(token) }]);
    const after = (id: string) => gateway.stream(taskId, '?tokens=true', { 'last-event-id': id });
    for (const beyond of ['3.1', '3.99999999'])
      expect((await after(beyond)).json).toMatchObject({ code: 'invalid_cursor', pointer: 'Last-Event-ID' });
    const streams = ['3', '3.-1', '3.0'].map(after);
    await gateway.emit(taskId, ...life.slice(3));
    expect((await Promise.all(streams)).map((stream) => stream.status)).toEqual([200, 200, 200]);
    expect((await gateway.stream(taskId, '?tokens=true', { 'last-event-id': '4.99999999' })).status).toBe(200);
  });

  it('has a short form', async () => {
    const taskId = await run();
    const answer = await gateway.call('GET', `/stream/${taskId}`);
    expect(answer.text).toBe((await gateway.stream(taskId)).text);
  });

  it('answers HEAD without a stream', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const answer = await gateway.send('HEAD', `/v1/tasks/${taskId}/events`, undefined, { accept: 'text/event-stream' });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  it('leaves nothing behind when the client goes away', async () => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    const abort = new AbortController();
    const url = `${gateway.gateway.address}/v1/tasks/${taskId}/events?tokens=true`;
    const response = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: abort.signal });
    expect(response.status).toBe(200);
    const open = async () => /streams_open\S* (\d+)/.exec((await gateway.call('GET', '/metrics')).text)![1];
    expect(await open()).toBe('1');
    abort.abort();
    let left = '1';
    while (left !== '0') left = (await open())!;
  });
});
