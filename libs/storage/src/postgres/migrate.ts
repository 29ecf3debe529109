/**
 * Brings a service's schema up to date, by TypeORM.
 * Promises: of several processes that start at once one does it and the others wait, but not for ever: who holds what is needed may stand still;
 * what a newer version has added is left alone and refused.
 */
import { PlatformError } from '@waybill/contracts';
import { DataSource, type Logger, type MigrationInterface, type QueryRunner } from 'typeorm';
import { databaseUnavailable } from './sql.ts';
import { connectMs, DecidedClient, watched } from './time-limits.ts';

export type Migration = new () => MigrationInterface;

export interface MigrateOptions {
  readonly url: string;
  /** The service, whose schema it is. */
  readonly service: string;
  readonly migrations: readonly Migration[];
  /** After which a lock is waited for no longer, ms; default 90 s, by when who stands still in a transaction has lost it. A migration itself may take its time. */
  readonly lockMs?: number;
}

/** Of the lock that the processes of a service share. */
const lockSpace = 0x57415942;
/** The SQLSTATE of who has waited for a lock for too long. */
const lockNotAvailable = '55P03';
/** TypeORM tells of a migration that failed even where nothing is to be logged; who started it is told, once. */
const nothing = (): void => {};
const silent: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
const applicationNameOf = (service: string): string => `waybill ${service} migrations`;

export async function migrate({ url, service, migrations, lockMs = 90_000 }: MigrateOptions): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName: applicationNameOf(service),
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    logger: silent,
    poolSize: 2,
    connectTimeoutMS: connectMs,
    extra: { lock_timeout: lockMs, ...watched, Client: DecidedClient },
  });
  try {
    await source.initialize();
    await refuseWeak(source);
    await refuseReadOnly(source);
    await underLock(source, service, async () => {
      await refuseNewer(source, migrations);
      await source.runMigrations();
    });
  } catch (error) {
    throw databaseUnavailable(`be prepared for ${service} at ${placeOf(url)}, where DATABASE_URL leads`, error);
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

/** Without user and password. Of a socket of the system the query says where it is. */
function placeOf(url: string): string {
  const address = URL.parse(url.replace('@/', '@localhost/'));
  return address
    ? `${address.searchParams.get('host') ?? address.host}${address.pathname}`
    : 'a place that is no address';
}

/** Held by a connection of its own; it goes with the connection when the process dies. */
async function underLock(source: DataSource, service: string, work: () => Promise<void>): Promise<void> {
  const holder = source.createQueryRunner();
  try {
    await lock(holder, service);
    await work();
    await holder.query('SELECT pg_advisory_unlock($1, hashtext($2))', [lockSpace, service]);
  } finally {
    await holder.release();
  }
}

async function lock(holder: QueryRunner, service: string): Promise<void> {
  try {
    await holder.query('SELECT pg_advisory_lock($1, hashtext($2))', [lockSpace, service]);
  } catch (error) {
    if ((error as { code?: unknown }).code !== lockNotAvailable) throw error;
    const others = `application_name "${applicationNameOf(service)}" in pg_stat_activity`;
    const detail = `Another process is still preparing the database for ${service}. If none is at work, one stands still: end it, or its connection (${others}).`;
    throw new PlatformError('unavailable', { detail, cause: error });
  }
}

/** A commit that is acknowledged has to be on the disk. */
async function refuseWeak(source: DataSource): Promise<void> {
  for (const setting of ['synchronous_commit', 'fsync', 'full_page_writes']) {
    const [row] = (await source.query(`SHOW ${setting}`)) as Record<string, string>[];
    if (row?.[setting] !== 'off') continue;
    const detail = `The database runs with ${setting} = off, so it may lose what it has acknowledged. Turn it on.`;
    throw new PlatformError('invalid_configuration', { detail });
  }
}

/** Tables that are there already would let a service start that can do nothing. */
async function refuseReadOnly(source: DataSource): Promise<void> {
  const [row] = (await source.query('SHOW transaction_read_only')) as { transaction_read_only: string }[];
  if (row?.transaction_read_only !== 'on') return;
  throw new Error('it takes no writes: it is a standby, or default_transaction_read_only is on');
}

async function refuseNewer(source: DataSource, migrations: readonly Migration[]): Promise<void> {
  const [{ there } = { there: null }] = (await source.query(`SELECT to_regclass('migrations') AS there`)) as {
    there: string | null;
  }[];
  if (there === null) return;
  const known = new Set(migrations.map(({ name }) => name));
  const done = (await source.query('SELECT name FROM migrations')) as { name: string }[];
  const newer = done.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (newer.length === 0) return;
  if (newer.length === done.length) throw anothers(newer);
  const detail = `The database has migrations that this version does not know (${newer.join(', ')}): it was used by a newer one. Run that version, or restore the database of before.`;
  throw new PlatformError('data_folder_newer', { detail });
}

/** A version of ours would have left what we know as well. */
function anothers(names: readonly string[]): PlatformError {
  const detail = `DATABASE_URL leads to the tables of another service (${names.join(', ')}): each service has a role and a schema of its own (tools/database/roles.sql).`;
  return new PlatformError('invalid_configuration', { detail });
}
