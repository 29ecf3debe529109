import { topics, type OutgoingMessage } from '@waybill/contracts';
import { systemClock, type Clock } from '@waybill/messaging';
import { InMemoryMessageLog, quiet, until } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';
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

const requests = () => log.recordsOf(topics.taskRequests);

describe('an idempotency key', () => {
  it('gives the same task for the same body, however it is written', async () => {
    const first = await gateway.call('POST', '/v1/tasks', body, { 'idempotency-key': 'k1' });
    const again = await gateway.call(
      'POST',
      '/v1/tasks',
      { input: { id: 'x' }, workflow: 'one' },
      { 'idempotency-key': 'k1' },
    );
    expect([again.status, again.json, again.headers['idempotency-replayed']]).toEqual([202, first.json, 'true']);
    expect(requests().filter((record) => record.key === first.json.task_id)).toHaveLength(1);
  });

  it('refuses another body', async () => {
    await gateway.submit(body, { 'idempotency-key': 'k2' });
    const other = await gateway.call('POST', '/v1/tasks', { ...body, priority: 1 }, { 'idempotency-key': 'k2' });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('makes one task of many requests at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => gateway.submit(body, { 'idempotency-key': 'k3' })));
    expect(new Set(ids).size).toBe(1);
    expect(requests().filter((record) => record.key === ids[0])).toHaveLength(1);
  });

  it('gives the first answer when the same request would be refused by now', async () => {
    let passedMs = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + passedMs };
    const other = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), { clock });
    await other.announce('echo');
    await other.call('PUT', '/v1/workflows/late', { version: 1, steps: { s1: { agent: 'echo' } } });
    const late = { workflow: 'late', deadline: new Date(clock.now() + 60_000).toISOString() };
    const free = { workflow: 'late' };
    const ids = [
      await other.submit(late, { 'idempotency-key': 'a' }),
      await other.submit(free, { 'idempotency-key': 'b' }),
    ];
    passedMs = 120_000;
    const input = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };
    await other.call('PUT', '/v1/workflows/late', { version: 2, input, steps: { s1: { agent: 'echo' } } });
    expect([
      await other.submit(late, { 'idempotency-key': 'a' }),
      await other.submit(free, { 'idempotency-key': 'b' }),
      (await other.call('POST', '/v1/tasks', late, { 'idempotency-key': 'c' })).json.code,
      (await other.call('POST', '/v1/tasks', { ...late, priority: 1 }, { 'idempotency-key': 'a' })).json.code,
      (await other.call('POST', '/v1/tasks', free)).json.code,
    ]).toEqual([...ids, 'deadline_passed', 'deadline_passed', 'invalid_input']);
    await other.close();
  });

  it('is not used up by what was refused or only tried', async () => {
    const refused = await gateway.call('POST', '/v1/tasks', { workflow: 'none' }, { 'idempotency-key': 'k4' });
    await gateway.call('POST', '/v1/tasks', { ...body, dry_run: true }, { 'idempotency-key': 'k4' });
    const x = 'x'.repeat(600_000);
    const large = { definition: { steps: { s1: { agent: 'echo', with: { x } } } }, input: { x } };
    const tooLarge = await gateway.call('POST', '/v1/tasks', large, { 'idempotency-key': 'k4' });
    expect([
      refused.status,
      tooLarge.status,
      (await gateway.call('POST', '/v1/tasks', body, { 'idempotency-key': 'k4' })).status,
    ]).toEqual([400, 413, 202]);
  });

  it('sends the same command again when the first one never reached the log', async () => {
    let fails = true;
    const failing = new InMemoryMessageLog({
      clock: systemClock,
      faultOfAppend: (messages) => (fails && messages[0]!.topic === topics.taskRequests ? 0 : undefined),
    });
    const other = await GatewayFixture.start(failing);
    await other.announce('echo');
    await other.call('PUT', '/v1/workflows/one', { name: 'one', version: 1, steps });
    const lost = await other.call('POST', '/v1/tasks', body, { 'idempotency-key': 'k' });
    expect([lost.status, lost.json.code, lost.headers['retry-after']]).toEqual([503, 'log_unavailable', '1']);
    fails = false;
    const again = await other.call('POST', '/v1/tasks', body, { 'idempotency-key': 'k' });
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([202, 'true']);
    expect(failing.recordsOf(topics.taskRequests).map((record) => record.key)).toEqual([again.json.task_id]);
    await other.close();
  });
});

it('a key that comes while its command is on the way to the log waits for that command', async () => {
  const inner = new InMemoryMessageLog({ clock: systemClock });
  const gate = Promise.withResolvers<void>();
  const appended: string[] = [];
  const slow = new Proxy(inner, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (name !== 'append') return typeof value === 'function' ? (value.bind(of) as unknown) : value;
      return async (messages: readonly OutgoingMessage[]) => {
        if (messages[0]!.topic !== topics.taskRequests) return of.append(messages);
        appended.push(messages[0]!.key);
        await gate.promise;
        return of.append(messages);
      };
    },
  });
  const other = await GatewayFixture.start(slow);
  await other.announce('echo');
  const submit = () => other.submit({ definition: { steps: { s1: { agent: 'echo' } } } }, { 'idempotency-key': 'k' });
  const reserved = vi.spyOn(TypeOrmKeyStore.prototype, 'reserve');
  const submitted = [submit(), submit()];
  await until(() => reserved.mock.results.length === 2 && appended.length > 0, undefined, 1_000_000);
  reserved.mockRestore();
  await quiet();
  gate.resolve();
  expect(new Set(await Promise.all(submitted))).toEqual(new Set(appended));
  expect(appended).toHaveLength(1);
  await other.close();
});
