import { once } from 'node:events';
import { createServer } from 'node:net';
import { maxWorkAgeMs, PlatformError } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, ManualClock, until } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { insertKey } from './adapters/typeorm/key-insertions.ts';
import { ReadModelWriter } from './adapters/typeorm/read-model-writer.ts';
import { sqliteReadModels, type ReadModelSource } from './index.ts';
import { GatewayFixture } from './testing/gateway-fixture.ts';

/** Read models in memory, and what was opened of them. */
function watched() {
  const opened: DataSource[] = [];
  const memory = sqliteReadModels(':memory:');
  const readModels: ReadModelSource = {
    ...memory,
    open: async () => {
      const source = await memory.open();
      opened.push(source);
      return source;
    },
  };
  return { readModels, opened, areOpen: () => opened.map(({ isInitialized }) => isInitialized) };
}

it('says which port is taken and what to do, and leaves nothing open', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { readModels, areOpen } = watched();
  const log = new InMemoryMessageLog({ clock: systemClock });
  await expect(GatewayFixture.start(log, { readModels, settings: { PORT: String(port) } })).rejects.toMatchObject({
    code: 'port_taken',
    detail: `Port ${port} is in use by another process: set PORT to another one.`,
  });
  expect(areOpen()).toEqual([false]);
});

it('says which setting is wrong where it has no such address, and leaves nothing open', async () => {
  const { readModels, areOpen } = watched();
  const log = new InMemoryMessageLog({ clock: systemClock });
  const settings = { GATEWAY_HOST: '203.0.113.9' }; // for documentation only
  await expect(GatewayFixture.start(log, { readModels, settings })).rejects.toMatchObject({
    code: 'invalid_configuration',
    detail: expect.stringMatching(/203\.0\.113\.9 .* GATEWAY_HOST/),
  });
  expect(areOpen()).toEqual([false]);
});

it.each(['endOffsets', 'join', 'tail'] as const)('leaves nothing open when the log fails it at %s', async (method) => {
  const { readModels, areOpen } = watched();
  const log = new InMemoryMessageLog({ clock: systemClock });
  vi.spyOn(log, method).mockRejectedValue(new PlatformError('log_unavailable'));
  await expect(GatewayFixture.start(log, { readModels })).rejects.toMatchObject({ code: 'log_unavailable' });
  expect(areOpen()).toEqual([false]);
});

it('leaves nothing open when the log cannot tell how long it is', async () => {
  const { readModels, areOpen } = watched();
  const failing = vi
    .spyOn(ReadModelWriter.prototype, 'isAhead')
    .mockRejectedValue(new PlatformError('log_unavailable'));
  onTestFinished(() => failing.mockRestore());
  const log = new InMemoryMessageLog({ clock: systemClock });
  await expect(GatewayFixture.start(log, { readModels })).rejects.toMatchObject({ code: 'log_unavailable' });
  expect(areOpen()).toEqual([false]);
});

it('removes the idempotency keys that expire while it runs, and no more once it is closed', async () => {
  const { readModels, opened } = watched();
  const clock = new ManualClock();
  const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), { readModels, clock });
  const [source] = opened;
  const stored = () => source!.query<object[]>('SELECT key FROM idempotency_keys');
  const time = new Date(clock.now() - maxWorkAgeMs).toISOString();
  await source!.query(insertKey, ['t', 'k', 'h', 'e', time]);
  let count = (await stored()).length;
  expect(count).toBe(1);
  await until(() => {
    void stored().then(({ length }) => (count = length));
    return count === 0;
  }, clock);
  await gateway.close();
  expect(clock.nextInMs).toBeUndefined();
});
