/** Where the bytes of a document lie, upload by upload. */
import { originalOf, topics, type IngestDocument } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
});
afterAll(() => gateway.close());

const add = (body: object) => gateway.call('POST', '/v1/documents', body);

it('keeps the bytes of each upload where its command says, whatever is uploaded later', async () => {
  const texts = ['one', 'two', 'one'];
  for (const text of texts) expect((await add({ name: 'kept.txt', text })).status).toBe(202);
  const contents = log
    .recordsOf(topics.documentRequests)
    .map(({ value }) => (JSON.parse(String(value)) as IngestDocument).content);
  const stored = contents.map(({ key }) => Buffer.from(gateway.objects.objects.get(key)!.bytes).toString());
  expect(stored).toEqual(texts);
  expect(new Set(contents.map(({ key }) => key)).size).toBe(3);
  expect(contents.map(({ key }) => originalOf(key)?.sha256)).toEqual(contents.map(({ sha256 }) => sha256));
});

it('leaves no bytes of what no command can hold', async () => {
  const before = gateway.objects.objects.size;
  const answer = await add({ name: 'm.txt', text: 'x', metadata: { m: 'x'.repeat(1_100_000) } });
  expect([answer.status, gateway.objects.objects.size]).toEqual([413, before]);
});
