/** What a service finds when it starts: a database that may lose commits, other versions that start at the same time, and the tables of others. */
import type { PlatformError } from '@waybill/contracts';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { settings } from '../../../../tools/stack/places.mjs';
import { freshSchema, type FreshSchema } from '../testing/fresh-schema.ts';
import { knowledgeMigrations } from './knowledge-migrations.ts';
import { migrate, type Migration } from './migrate.ts';

const made = (name: string, table: string): Migration =>
  class implements MigrationInterface {
    name = name;
    static readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`CREATE TABLE ${table} (id integer)`);
    }
    async down(): Promise<void> {}
  };
const older = [made('First1700000000000', 'first')];
const newer = [...older, made('Second1800000000000', 'second')];

describe('the schema of a service', () => {
  let schema: FreshSchema;
  beforeEach(async () => void (schema = await freshSchema('orchestrator', [])));
  afterEach(() => schema.drop());

  it('is not made where acknowledged commits may be lost', async () => {
    const url = `${schema.url}%20-csynchronous_commit%3Doff`;
    await expect(migrate({ url, service: 'weak', migrations: older })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('synchronous_commit = off'),
    });
    expect((await schema.admin.query(`SELECT to_regclass('first') AS there`)).rows).toEqual([{ there: null }]);
  });

  it('is told in one line when it cannot be made: where, by which setting, and why', async () => {
    const broken = made('Broken1700000000000', 'nowhere.first');
    const told = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => told.mockRestore());
    const { host, pathname } = new URL(schema.url);
    await expect(migrate({ url: schema.url, service: 'broken', migrations: [broken] })).rejects.toMatchObject({
      detail: `The database could not be prepared for broken at ${host}${pathname}, where DATABASE_URL leads: schema "nowhere" does not exist.`,
    });
    expect(told).not.toHaveBeenCalled();
  });

  it('is not looked at where nothing can be written, though all tables are there', async () => {
    await migrate({ url: schema.url, service: 'reading', migrations: older });
    const url = `${schema.url}%20-cdefault_transaction_read_only%3Don`;
    await expect(migrate({ url, service: 'reading', migrations: older })).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/DATABASE_URL leads: it takes no writes: it is a standby, or/),
    });
  });

  it('of passages needs pgvector, and says how to come by it', async () => {
    const url = schema.url.replace('%2Cpublic', ''); // where the extension is
    await expect(migrate({ url, service: 'passages', migrations: knowledgeMigrations })).rejects.toMatchObject({
      code: 'invalid_configuration',
      detail: expect.stringContaining('install pgvector'),
    });
  });

  it('is moved forward once when processes of two versions start at once, and older ones that come late are refused', async () => {
    const start = (migrations: readonly Migration[]) =>
      migrate({ url: schema.url, service: 'two versions', migrations });
    const starts = [older, newer, older, newer].map((migrations) =>
      start(migrations).catch((error: PlatformError) => error.code),
    );
    const [first, second, third, fourth] = await Promise.all(starts);
    expect([second, fourth]).toEqual([undefined, undefined]);
    for (const outcome of [first, third]) expect([undefined, 'data_folder_newer']).toContain(outcome);
    const { rows } = await schema.admin.query('SELECT name FROM migrations ORDER BY id');
    expect(rows).toEqual(newer.map(({ name }) => ({ name })));
    await expect(start(older)).rejects.toMatchObject({ code: 'data_folder_newer' });
  });

  it('is not waited for for ever when another process stands still, whether in preparing it or in a transaction', async () => {
    const start = () =>
      migrate({ url: schema.url, service: 'still', migrations: newer, lockMs: 200 }).catch((error: unknown) => error);
    await schema.admin.query(`SELECT pg_advisory_lock($1, hashtext('still'))`, [0x57415942]);
    expect(await start()).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^Another process is still preparing .* \(application_name "waybill still migrations"/,
      ),
    });
    await schema.admin.query('SELECT pg_advisory_unlock_all()');
    await migrate({ url: schema.url, service: 'still', migrations: older });
    await schema.admin.query('BEGIN');
    await schema.admin.query('LOCK TABLE migrations IN SHARE MODE');
    expect(await start()).toMatchObject({ code: 'unavailable', message: expect.stringContaining('lock timeout') });
    await schema.admin.query('ROLLBACK');
    expect(await start()).toBeUndefined();
  });

  it('is refused to another service', async () => {
    await migrate({ url: schema.url, service: 'one', migrations: older });
    const another = [made('Others1700000000001', 'others')];
    await expect(migrate({ url: schema.url, service: 'another', migrations: another })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('a role and a schema of its own'),
    });
    expect((await schema.admin.query(`SELECT to_regclass('others') AS there`)).rows).toEqual([{ there: null }]);
  });
});

const roles = ['gateway', 'orchestrator', 'rag_indexer'] as const;

describe.each(roles)('the role %s', (role) => {
  let client: pg.Client;
  beforeEach(async () => {
    client = new pg.Client({ connectionString: settings(role)['DATABASE_URL']! });
    await client.connect();
  });
  afterEach(() => client.end());

  it.each(roles.filter((other) => other !== role))('gets nothing of %s', async (other) => {
    const refused = { code: '42501' }; // insufficient privilege
    await expect(client.query(`SELECT * FROM ${other}.migrations`)).rejects.toMatchObject(refused);
    await expect(client.query(`CREATE TABLE ${other}.mine (id integer)`)).rejects.toMatchObject(refused);
    await expect(client.query(`SET ROLE ${other}`)).rejects.toMatchObject(refused);
  });

  it('makes tables in its own schema, and leaves none where others look too', async () => {
    expect((await client.query('SELECT current_schema() AS own')).rows).toEqual([{ own: role }]);
    await expect(client.query('CREATE TABLE public.everybodys (id integer)')).rejects.toMatchObject({ code: '42501' });
  });
});
