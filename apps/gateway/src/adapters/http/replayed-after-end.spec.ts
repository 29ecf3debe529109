/** A task that is over before it is known to be accepted, or before its key comes again. */
import type { OutgoingMessage } from '@waybill/contracts';
import { topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, until } from '@waybill/testing';
import { expect, it, vi } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';
import { ReadModelWriter } from '../typeorm/read-model-writer.ts';

const definition = { steps: { s1: { agent: 'echo' } } };
/** Records gather for long, as they lie in a queue on a busy machine. */
const settings = { GATEWAY_LIVE_BYTES: '1048576', GATEWAY_GATHER_MS: '10000' };

async function pushOut(gateway: GatewayFixture): Promise<void> {
  for (let n = 0; n < 4; n += 1) {
    const other = await gateway.submit({ definition });
    await gateway.emit(other, ...lifeOf(other, 'x'.repeat(100_000)));
  }
}
const ended = async (gateway: GatewayFixture, taskId: string): Promise<unknown> =>
  Promise.race([
    gateway.stream(taskId).then(({ text }) => text.includes('event: TaskCompleted')),
    new Promise((resolve) => setTimeout(() => resolve('the stream stands still'), 12_000)),
  ]);

it(
  'a key that comes again when its task has ended and left the memory is no new task',
  { timeout: 40_000 },
  async () => {
    const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), { settings });
    await gateway.announce('echo');
    // The read model is behind, as under full load.
    const gate = Promise.withResolvers<void>();
    const write = Reflect.get(ReadModelWriter.prototype, 'write');
    vi.spyOn(ReadModelWriter.prototype, 'write').mockImplementation(async function (this: ReadModelWriter, batch) {
      await gate.promise;
      return write.call(this, batch);
    });
    const taskId = await gateway.submit({ definition }, { 'idempotency-key': 'k' });
    await gateway.emit(taskId, ...lifeOf(taskId));
    await pushOut(gateway);
    await gateway.submit({ definition }, { 'idempotency-key': 'k' });
    gate.resolve();
    const { json } = await gateway.call('GET', `/v1/tasks/${taskId}`);
    expect([json.status, await ended(gateway, taskId)]).toEqual(['completed', true]);
    await gateway.close();
  },
);

it(
  'a task that has ended and left the memory before its append was acknowledged has ended',
  { timeout: 40_000 },
  async () => {
    const inner = new InMemoryMessageLog({ clock: systemClock });
    const gate = Promise.withResolvers<void>();
    const appended: string[] = [];
    let slow = true;
    const log = new Proxy(inner, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of);
        if (name !== 'append') return typeof value === 'function' ? (value.bind(of) as unknown) : value;
        return async (messages: readonly OutgoingMessage[]) => {
          const isMeant = slow && messages[0]!.topic === topics.taskRequests;
          const answer = await of.append(messages);
          if (!isMeant) return answer;
          slow = false;
          appended.push(messages[0]!.key);
          await gate.promise;
          return answer;
        };
      },
    });
    const gateway = await GatewayFixture.start(log, { settings });
    await gateway.announce('echo');
    const submitting = gateway.submit({ definition });
    await until(() => appended.length > 0, undefined, 1_000_000);
    const [taskId] = appended as [string];
    await gateway.emit(taskId, ...lifeOf(taskId));
    await pushOut(gateway);
    gate.resolve();
    expect(await submitting).toBe(taskId);
    const { json } = await gateway.call('GET', `/v1/tasks/${taskId}`);
    expect(json.status).toBe('completed');
    await gateway.close();
  },
);
