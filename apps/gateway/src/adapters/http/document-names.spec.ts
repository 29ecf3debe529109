import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { sqliteReadModels } from '../../index.ts';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';
import { TypeOrmReadModel } from '../typeorm/typeorm-read-model.ts';

it('a name that comes to two gateways at once is one document', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-names-'));
  const log = new InMemoryMessageLog({ clock: systemClock });
  const readModels = { ...sqliteReadModels(join(folder, 'gateway.db')), isShared: true };
  const start = (instanceId: string) => GatewayFixture.start(log, { readModels, instanceId });
  const gateways = [await start('one'), await start('other')];
  // Neither sees what the other has just been told.
  const lookup = vi.spyOn(TypeOrmReadModel.prototype, 'findDocumentByName').mockResolvedValue(undefined);
  const add = async (gateway: GatewayFixture, name: string, collection = 'default'): Promise<string> =>
    (await gateway.call('POST', '/v1/documents', { name, collection, text: 'x' })).json.document_id as string;
  const same = await Promise.all(gateways.map((gateway) => add(gateway, 'a.md')));
  const others = [await add(gateways[0]!, 'b.md'), await add(gateways[0]!, 'a.md', 'other')];
  lookup.mockRestore();
  for (const gateway of gateways) await gateway.close();
  rmSync(folder, { recursive: true });
  expect([new Set(same).size, new Set([...same, ...others]).size]).toEqual([1, 3]);
});
