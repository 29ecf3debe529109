/**
 * Opens the read model's database and makes its schema.
 * Promises: a file that is damaged or of another schema is dropped and begun anew, with one line in the log; it is rebuilt from the log.
 * One that a newer version wrote, or that cannot be opened at all, is refused and left as it is; a database that others use too is never dropped.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import type { Logger } from '@waybill/telemetry';
import { DataSource } from 'typeorm';
import { readModelEntities } from './entities.ts';
import { readModelMigrations } from './migrations.ts';
import { openSqliteSession, type SqlSession } from './sql-session.ts';
import { SqliteDriver, sqlitePragmas } from './sqlite-driver.ts';

export interface ReadModelSource {
  /** Other gateways may write to it at the same time. */
  readonly isShared: boolean;
  open(): Promise<DataSource>;
  /** For what is written with every batch, and read before a task is taken in; to be closed before the source. */
  openSql(source: DataSource): SqlSession;
  /** Removes all that is stored; nothing is open. */
  discard(): Promise<void>;
}

/** A file of its own, or `:memory:`. */
export function sqliteReadModels(path: string): ReadModelSource {
  return {
    isShared: false,
    open: async () => {
      const source = new DataSource({
        type: 'better-sqlite3',
        driver: SqliteDriver,
        database: path,
        prepareDatabase: (db: SqliteDriver) => db.exec(sqlitePragmas),
        entities: readModelEntities,
        migrations: readModelMigrations,
      });
      return source.initialize().catch((error: unknown) => {
        throw isDenied(error) ? denied(path, error) : error;
      });
    },
    openSql: openSqliteSession,
    discard: async () => {
      for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(`${path}${suffix}`, { force: true });
    },
  };
}

export async function openReadModel(from: ReadModelSource, logger: Logger): Promise<DataSource> {
  try {
    return await openOnce(from);
  } catch (error) {
    // What a newer version keeps here may be nowhere else: the log gives back neither the keys of documents nor those of cancels.
    if (from.isShared || isNewer(error) || isUnavailable(error)) throw error;
    // Nothing is lost and nothing has to be done: the reason is enough, a stack would look like a failure.
    logger.warn(`The read model cannot be used as it is (${reasonOf(error)}): it is dropped and rebuilt from the log.`);
    await from.discard();
    return openOnce(from);
  }
}

const isNewer = (error: unknown): boolean => error instanceof PlatformError && error.code === 'data_folder_newer';

const isUnavailable = (error: unknown): boolean => error instanceof PlatformError && error.code === 'unavailable';

/** SQLite's PERM, READONLY, FULL and CANTOPEN: nothing is wrong with the file, and a new one would fare no better. */
const denials: ReadonlySet<number> = new Set([3, 8, 13, 14]);
const isDenied = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && denials.has(Number(error.errcode) & 0xff);

const denied = (path: string, error: unknown): PlatformError =>
  new PlatformError('unavailable', {
    detail: `${path} cannot be opened (${reasonOf(error)}). Make sure that it is a file, that this user may write it and that the disk has room.`,
    cause: error,
  });

function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/\.$/, '');
}

/**
 * Looks before anything else of a data folder is opened, and changes nothing. Throws `data_folder_newer`; what cannot be read is not judged here.
 */
export function refuseNewerReadModel(path: string): void {
  if (!existsSync(path)) return;
  let names: string[];
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      names = db
        .prepare('SELECT name FROM migrations ORDER BY id')
        .all()
        .map(({ name }) => String(name));
    } finally {
      db.close();
    }
  } catch {
    return;
  }
  const more = newerNames(names);
  if (more) throw newerFile(path, more);
}

/** Those that only a newer version can have added. */
function newerNames(there: readonly string[]): readonly string[] | undefined {
  const known = readModelMigrations.map((migration) => migration.name);
  if (there.length <= known.length || !known.every((name, index) => there[index] === name)) return undefined;
  return there.slice(known.length);
}

async function openOnce(from: ReadModelSource): Promise<DataSource> {
  const source = await from.open();
  try {
    await refuseOtherSchema(source);
    await source.runMigrations({ transaction: 'all' });
    await refuseDamage(source);
    return source;
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

async function refuseOtherSchema(source: DataSource): Promise<void> {
  const there = await migrationsOf(source);
  const known = readModelMigrations.map((migration) => migration.name);
  if (there.every((name, index) => known[index] === name)) return; // what is missing is added
  const more = newerNames(there);
  if (more) throw newer(source, more);
  throw new PlatformError('data_folder_corrupt', { detail: 'The read model has another schema version.' });
}

async function migrationsOf(source: DataSource): Promise<string[]> {
  const runner = source.createQueryRunner();
  try {
    if (!(await runner.hasTable('migrations'))) return [];
    const rows = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
    return rows.map(({ name }) => name);
  } finally {
    await runner.release();
  }
}

function newer({ options }: DataSource, names: readonly string[]): PlatformError {
  return options.type === 'better-sqlite3'
    ? newerFile(options.database, names)
    : newerModel('The database', names, 'database');
}

const newerFile = (file: string, names: readonly string[]): PlatformError => newerModel(file, names, 'data folder');

function newerModel(where: string, names: readonly string[], other: string): PlatformError {
  return new PlatformError('data_folder_newer', {
    detail: `${where} has migrations that this version does not know (${names.join(', ')}): a newer version wrote it. Nothing was changed. Start the newer version of Waybill, or choose another ${other}.`,
  });
}

/** Finds a torn file where that is cheap; what slips through shows as an error of a later read. */
async function refuseDamage(source: DataSource): Promise<void> {
  if (source.options.type !== 'better-sqlite3') return;
  const [{ page_count: pages } = { page_count: 0 }]: { page_count: number }[] = await source.query('PRAGMA page_count');
  if (pages > 16_384) return;
  const [found]: { quick_check: string }[] = await source.query('PRAGMA quick_check(1)');
  if (found?.quick_check !== 'ok')
    throw new PlatformError('data_folder_corrupt', { detail: `The read model is damaged: ${found?.quick_check}` });
}
