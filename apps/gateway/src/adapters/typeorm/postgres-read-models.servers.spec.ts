/** Versions that meet on one database: an old gateway that starts while newer ones run. */
import { randomBytes } from 'node:crypto';
import { nullLogger } from '@waybill/telemetry';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settings } from '../../../../../tools/stack/places.mjs';
import { postgresReadModels } from './postgres-read-models.ts';
import { openReadModel } from './read-model-source.ts';

const schema = `gateway_${randomBytes(6).toString('hex')}`;
const inSchema = `?options=-csearch_path%3D${schema}%2Cpublic`;
const from = postgresReadModels(`${settings('gateway')['DATABASE_URL']!}${inSchema}`);
let admin: DataSource;
beforeAll(async () => {
  admin = await new DataSource({
    type: 'postgres',
    url: `${settings('postgres')['DATABASE_URL']!}${inSchema}`,
  }).initialize();
  await admin.query(`CREATE SCHEMA ${schema} AUTHORIZATION gateway`);
  await (await openReadModel(from, nullLogger)).destroy();
});
afterAll(async () => {
  await admin.query(`DROP SCHEMA ${schema} CASCADE`);
  await admin.destroy();
});

it('a gateway refuses a schema that a newer one has moved forward, and drops nothing of it', async () => {
  await admin.query(`INSERT INTO idempotency_keys VALUES ('default', 'k', 'hash', 'd1', NULL, 't')`);
  await admin.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Newer9')`);
  const refused = { code: 'data_folder_newer', message: expect.stringMatching(/\(Newer9\).*newer[^\n]*$/) };
  await expect(openReadModel(from, nullLogger)).rejects.toMatchObject(refused);
  // The newer one was faster than the look before the migrations.
  await admin.query(`DELETE FROM migrations WHERE name = 'Newer9'`);
  const overtaken = async (): Promise<DataSource> => {
    const source = await from.open();
    await admin.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Newer9')`);
    return source;
  };
  await expect(openReadModel({ ...from, open: overtaken }, nullLogger)).rejects.toMatchObject(refused);
  expect(await admin.query('SELECT key FROM idempotency_keys')).toEqual([{ key: 'k' }]);
});
