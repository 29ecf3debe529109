/** A database that is gone without a word (its machine, or the way to it): connections of before stay open and nothing comes back on them. */
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { host, ports, settings } from '../../../../../tools/stack/places.mjs';
import { postgresReadModels } from './postgres-read-models.ts';

const schema = `gateway_${randomBytes(6).toString('hex')}`;
const inSchema = `?options=-csearch_path%3D${schema}%2Cpublic`;
let admin: DataSource;
const ending: (() => unknown)[] = [];
beforeAll(async () => {
  const url = `${settings('postgres')['DATABASE_URL']!}${inSchema}`;
  admin = await new DataSource({ type: 'postgres', url }).initialize();
  await admin.query(`CREATE SCHEMA ${schema} AUTHORIZATION gateway`);
});
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});
afterAll(async () => {
  await admin.query(`DROP SCHEMA ${schema} CASCADE`);
  await admin.destroy();
});

/** Between us and PostgreSQL. `silence`: what is open from now on gives no answer; what is opened later does. */
async function openLine() {
  const pairs = new Set<readonly [Socket, Socket]>();
  const silent = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(ports.postgres, host);
    pairs.add([near, far]);
    near.on('data', (data) => void far.write(data));
    far.on('data', (data) => void (silent.has(near) || near.write(data)));
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => {}).on('close', () => void (silent.has(near) || near.destroy()));
  });
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  ending.push(() => {
    for (const [near] of pairs) near.destroy();
    server.close();
  });
  const place = `${host}:${String((server.address() as AddressInfo).port)}`;
  const url = settings('gateway')['DATABASE_URL']!.replace(`${host}:${String(ports.postgres)}`, place);
  return { url: `${url}${inSchema}`, silence: () => pairs.forEach(([near]) => silent.add(near)) };
}

it('a connection that gave no answer is not asked again: the next read gets one that does', async () => {
  const line = await openLine();
  const source = await postgresReadModels(line.url, { timeoutMs: 1_500 }).open();
  ending.push(() => source.destroy());
  const read = (): Promise<unknown> => source.query('SELECT 1 AS one');
  await Promise.all([read(), read(), read()]);
  line.silence();
  await Promise.allSettled([read(), read(), read()]);
  expect(await Promise.all([read(), read(), read()])).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
});
