import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteReadModels, type ReadModelSource } from './index.ts';
import { GatewayFixture } from './testing/gateway-fixture.ts';

it('says which port is taken and what to do, and leaves nothing open', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const opened: { readonly isInitialized: boolean }[] = [];
  const memory = sqliteReadModels(':memory:');
  const readModels: ReadModelSource = {
    ...memory,
    open: async () => {
      const source = await memory.open();
      opened.push(source);
      return source;
    },
  };
  const log = new InMemoryMessageLog({ clock: systemClock });
  await expect(GatewayFixture.start(log, { readModels, settings: { PORT: String(port) } })).rejects.toMatchObject({
    code: 'port_taken',
    detail: `Port ${port} is in use by another process: set PORT to another one.`,
  });
  expect(opened.map(({ isInitialized }) => isInitialized)).toEqual([false]);
});
