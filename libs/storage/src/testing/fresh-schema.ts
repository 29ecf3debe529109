/** For specs on the real server: a schema of its own, made by its migrations, gone afterwards. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { settings } from '../../../../tools/stack/places.mjs';
import { migrate, type Migration } from '../postgres/migrate.ts';

export interface FreshSchema {
  /** For the service's role. */
  readonly url: string;
  /** A superuser that looks into it. */
  readonly admin: pg.Client;
  drop(): Promise<void>;
}

export async function freshSchema(
  role: 'gateway' | 'orchestrator' | 'rag_indexer',
  migrations: readonly Migration[],
): Promise<FreshSchema> {
  const schema = `${role}_${randomBytes(6).toString('hex')}`;
  const inSchema = `?options=-csearch_path%3D${schema}%2Cpublic`;
  const url = `${settings(role)['DATABASE_URL']!}${inSchema}`;
  const admin = new pg.Client({ connectionString: `${settings('postgres')['DATABASE_URL']!}${inSchema}` });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
  const options = { url, service: schema, migrations };
  await Promise.all([migrate(options), migrate(options), migrate(options)]);
  return {
    url,
    admin,
    drop: async () => {
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    },
  };
}
