import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { sqliteReadModels } from '../../index.ts';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';
import { nodeCrypto } from '../node/node-crypto.ts';
import { TypeOrmReadModel } from '../typeorm/typeorm-read-model.ts';

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Two gateways of which neither sees what the other has just been told. `add` answers the document's id. */
async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-names-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  const log = new InMemoryMessageLog({ clock: systemClock });
  const readModels = { ...sqliteReadModels(join(folder, 'gateway.db')), isShared: true };
  const gateways: GatewayFixture[] = [];
  for (const instanceId of ['one', 'other']) {
    const gateway = await GatewayFixture.start(log, { readModels, instanceId });
    stops.push(() => gateway.close());
    gateways.push(gateway);
  }
  const lookup = vi.spyOn(TypeOrmReadModel.prototype, 'findDocumentByName').mockResolvedValue(undefined);
  stops.push(() => lookup.mockRestore());
  const add = async (gateway: GatewayFixture, name: string, collection = 'default'): Promise<string> =>
    (await gateway.call('POST', '/v1/documents', { name, collection, text: 'x' })).json.document_id as string;
  const addToBoth = (name: string) => Promise.all(gateways.map((gateway) => add(gateway, name)));
  return { add: (name: string, collection?: string) => add(gateways[0]!, name, collection), addToBoth };
}

it('a name that comes to two gateways at once is one document', async () => {
  const { add, addToBoth } = await start();
  const same = await addToBoth('a.md');
  const others = [await add('b.md'), await add('a.md', 'other')];
  expect([new Set(same).size, new Set([...same, ...others]).size]).toEqual([1, 3]);
});

it('also when a document of that name was deleted long ago, however often', async () => {
  const { add, addToBoth } = await start();
  const ids: string[] = [];
  for (const year of ['018f', '0190', '0191']) {
    const newId = vi.spyOn(nodeCrypto, 'newId').mockReturnValue(`${year}0000-0000-7000-8000-000000000000`);
    ids.push(await add('a.md'));
    newId.mockRestore();
  }
  const same = [...(await addToBoth('a.md')), ...(await addToBoth('a.md'))];
  expect([new Set(ids).size, new Set(same).size, new Set([...ids, ...same]).size]).toEqual([3, 1, 4]);
});
