/** Events that come again: whoever wakes up late, or does not know that a commit took place, sends what is long on the log once more. */
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

const steps = { s1: { agent: 'echo', with: { id: '${{ input.id }}' } } };
const definition = { name: 'one', version: 1, steps, output: '${{ steps.s1.output }}' };

it.each([
  ['is still in memory', 0],
  ['is no longer in memory', 40],
])('changes nothing of a task that has ended and %s', async (_, others) => {
  const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), {
    settings: { GATEWAY_LIVE_BYTES: '1048576' },
  });
  onTestFinished(() => gateway.close());
  await gateway.announce('echo');
  await gateway.call('PUT', '/v1/workflows/one', definition);
  const run = async (output: string): Promise<string> => {
    const taskId = await gateway.submit({ workflow: 'one', input: { id: 'x' } });
    await gateway.emit(taskId, ...lifeOf(taskId, output));
    return taskId;
  };
  const taskId = await run('done');
  await gateway.stream(taskId);
  for (let left = others; left > 0; left -= 1) await gateway.stream(await run('x'.repeat(10_000)));

  const life = lifeOf(taskId, 'done');
  for (const seen of [1, 3, 4]) {
    await gateway.emit(taskId, ...life.slice(0, seen));
    await gateway.stream(await run('next')); // what came before it was read
    expect((await gateway.call('GET', `/v1/tasks/${taskId}`)).json).toMatchObject({
      status: 'completed',
      output: 'done',
    });
    const page = await gateway.call('GET', `/v1/tasks/${taskId}/events`);
    expect(page.json).toMatchObject({ events: life.map(({ seq, type }) => ({ seq, type })), next: null });
    const { text } = await gateway.stream(taskId);
    expect(text.match(/^id: .*$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
  }
});

it('raises no alarm about a task that runs when its first events come again to a gateway that was started since', async () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  const before = await GatewayFixture.start(log);
  const taskId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
  const life = lifeOf(taskId, 'done');
  await before.emit(taskId, ...life.slice(0, 3));
  await before.close();
  const gateway = await GatewayFixture.start(log);
  onTestFinished(() => gateway.close());
  await gateway.emit(taskId, life[0]!, ...life.slice(3));
  const { text } = await gateway.stream(taskId);
  expect(text.match(/^id: .*$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
  expect((await gateway.call('GET', '/metrics')).text).toMatch(/waybill_gateway_alarms_total\{.*kind="gap"\} 0/);
});

it('raises an alarm about a task whose record lacks an event', async () => {
  const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }));
  onTestFinished(() => gateway.close());
  const taskId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
  const life = lifeOf(taskId, 'done');
  await gateway.emit(taskId, ...life.slice(0, 2), ...life.slice(3));
  await gateway.call('GET', '/v1/tasks'); // the read model has come so far
  expect((await gateway.call('GET', '/metrics')).text).toMatch(/waybill_gateway_alarms_total\{.*kind="gap"\} [1-9]/);
});
