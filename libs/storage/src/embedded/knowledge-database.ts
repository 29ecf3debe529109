/**
 * The file `knowledge.db`: one connection that writes, one that reads committed state only (WAL), and the schema.
 * Promises: a file of another program, one that is seen to be damaged or one of a newer version is refused; vectors of another embedder are dropped at
 * opening; damage that shows later is told as such, and a disk that fails or is full as `unavailable`, which passes.
 */
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import type { EmbedderTraits } from '../knowledge-index.ts';
import { makerOf } from '../knowledge-words.ts';

/** "WBKN": tells `file` and us whose file it is. */
const applicationId = 0x57_42_4b_4e;
const schemaVersion = 1;

/** Checking takes some 10 ms a MB, for the words are checked too: damage in a larger file shows when it is read. */
const checkedBytes = 16 * 1024 * 1024;

const sqlite = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
const advice =
  'Move the file (with its -wal and -shm) away: the next start rebuilds the index from the log and the stored documents.';

const schema = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE documents (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, document_id TEXT NOT NULL, name TEXT NOT NULL, collection TEXT NOT NULL,
    metadata TEXT NOT NULL, revision INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    passages INTEGER, -- NULL: removed; the row stays, so that an older command cannot bring the document back
    UNIQUE (tenant, document_id)) STRICT;
  CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL, place TEXT NOT NULL,
    UNIQUE (document, ordinal)) STRICT;
  -- Apart from the texts, so that a scan of all vectors reads vectors only.
  CREATE TABLE vectors (passage INTEGER PRIMARY KEY, document INTEGER NOT NULL, vector BLOB NOT NULL) STRICT;
  CREATE VIRTUAL TABLE words USING fts5(text, heading, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
`;

/** Makes the highest revision cheap to ask for. A file of before gets it, and the column of requests, too: older versions can read and write such a file. */
const revisionIndex = 'CREATE INDEX IF NOT EXISTS documents_by_revision ON documents (revision)';
/** JSON: ids of commands, the last first. */
const requestsColumn = `ALTER TABLE documents ADD COLUMN requests TEXT NOT NULL DEFAULT '[]'`;
const hasRequests = `SELECT 1 FROM pragma_table_info('documents') WHERE name = 'requests'`;

export interface KnowledgeDatabase {
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
}

export function openKnowledgeDatabase(file: string, embedder: EmbedderTraits): KnowledgeDatabase {
  let writer: DatabaseSync | undefined;
  try {
    writer = new DatabaseSync(file);
    // The answer "indexed" goes on the log of record, so what it speaks of must survive a power cut: FULL.
    writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
    prepareSchema(writer, file);
    refuseDamage(writer, file);
    writer.exec(revisionIndex);
    if (!writer.prepare(hasRequests).get()) writer.exec(requestsColumn);
    useEmbedder(writer, embedder);
    const reader = new DatabaseSync(file, { allowExtension: true });
    reader.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000');
    return { writer, reader };
  } catch (error) {
    writer?.close();
    throw error instanceof PlatformError ? error : refusal(file, error);
  }
}

/** Loading costs some 8 ms, so only the first search pays it. The door for further extensions is shut again. May be tried again after it failed. */
export async function loadVectorFunctions(database: DatabaseSync): Promise<void> {
  const { getLoadablePath } = await import('sqlite-vec');
  database.enableLoadExtension(true);
  try {
    database.loadExtension(getLoadablePath());
  } finally {
    database.enableLoadExtension(false);
  }
}

function prepareSchema(database: DatabaseSync, file: string): void {
  const { application_id: owner } = database.prepare('PRAGMA application_id').get() as { application_id: number };
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (owner === 0 && tables === 0) {
    database.exec(
      `BEGIN IMMEDIATE; ${schema} PRAGMA application_id = ${String(applicationId)}; PRAGMA user_version = ${String(schemaVersion)}; COMMIT`,
    );
    return;
  }
  if (owner !== applicationId)
    throw new PlatformError('data_folder_corrupt', { detail: `${file} belongs to another program. ${advice}` });
  if (version > schemaVersion) {
    throw new PlatformError('data_folder_newer', {
      detail: `${file} has schema ${String(version)}; this version reads up to ${String(schemaVersion)}. Start the newer version of Waybill, or choose another data folder.`,
    });
  }
}

function refuseDamage(database: DatabaseSync, file: string): void {
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  const { page_size: pageBytes } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  if (pages * pageBytes > checkedBytes) return;
  const { quick_check: finding } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (finding !== 'ok') throw damaged(file, finding.replaceAll('\n', ' '));
}

const damaged = (file: string, why: string, cause?: unknown): PlatformError =>
  new PlatformError('data_folder_corrupt', { detail: `${file} is damaged (${why}). ${advice}`, cause });

/** Of an error while the file is in use. Who asks may be anybody, so the folder is not named. */
export function explained(error: unknown): unknown {
  if (isDamage(error)) return damaged('knowledge.db', messageOf(error), error);
  const code = codeOf(error);
  if (!passing.includes(code)) return error;
  const full = code === sqlite.full ? ' The disk is full: make room, indexing goes on by itself.' : '';
  return new PlatformError('unavailable', {
    detail: `knowledge.db cannot be used just now: ${messageOf(error)}.${full}`,
    cause: error,
  });
}

const passing: readonly unknown[] = [sqlite.busy, sqlite.readOnly, sqlite.ioError, sqlite.full, sqlite.cannotOpen];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;

const isDamage = (error: unknown): boolean => codeOf(error) === sqlite.corrupt || codeOf(error) === sqlite.notADatabase;

function refusal(file: string, error: unknown): PlatformError {
  const why = messageOf(error);
  if (isDamage(error)) return damaged(file, why, error);
  return new PlatformError('unavailable', {
    detail: `${file} cannot be opened (${why}). Make sure that this user may write it and that the disk has room.`,
    cause: error,
  });
}

function useEmbedder(database: DatabaseSync, embedder: EmbedderTraits): void {
  const value = `${makerOf(embedder)}/${String(embedder.dimensions)}`;
  const known = database.prepare("SELECT value FROM settings WHERE name = 'embedder'").get() as
    { value: string } | undefined;
  if (known?.value === value) return;
  database.exec('BEGIN IMMEDIATE; DELETE FROM vectors');
  database
    .prepare("INSERT INTO settings VALUES ('embedder', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
    .run(value);
  database.exec('COMMIT');
}

export async function inTransaction(
  database: DatabaseSync,
  work: (database: DatabaseSync) => Promise<void> | void,
): Promise<void> {
  try {
    database.exec('BEGIN IMMEDIATE');
    await work(database);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw explained(error);
  }
}
