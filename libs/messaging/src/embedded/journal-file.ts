/**
 * Makes and opens the one database file.
 * Promises: a file appears whole or not at all; what is newer, damaged or somebody else's is refused before a byte of it is changed.
 */
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import { applicationId, fileVersion, logSchema } from './schema.ts';
import { damaged, isDamage, storageError } from './sqlite-errors.ts';
import { checkWal } from './wal-check.ts';
import { fillWithZeros, walBytes } from './wal-space.ts';

/** Checking takes about a second per GB; every batch's checksum is compared when it is read anyway. */
const alwaysCheckedBytes = 64 * 1024 * 1024;
const checkedAfterCrashBytes = 1024 * 1024 * 1024;
const magic = 'SQLite format 3\0';
/** A reader from outside (sqlite3, a backup) may hold a lock for a moment. */
const busyTimeoutMs = 2_000;

export function openJournalFile(file: string): DatabaseSync {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) createFile(file);
    else refuseUnusable(file, size);
    return connect(file);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw isDamage(error) ? damaged(file, 'is not a sound database', error) : storageError(file, error);
  }
}

function connect(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs });
  // Every commit is synced all the same, by `wal-sync.ts`. No mmap: a file cut short by somebody else would kill the process instead of failing a read, and the pages would count as its memory.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = ${String(walBytes)};
    PRAGMA cache_size = -8192;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
  `);
  fillWithZeros(`${file}-wal`, walBytes);
  return db;
}

/** Under another name first; without WAL, so that version and id are in the file's own header from the first moment. */
function createFile(file: string): void {
  const fresh = `${file}.new`;
  for (const left of [fresh, `${fresh}-journal`, `${file}-wal`, `${file}-shm`]) rmSync(left, { force: true });
  const db = new DatabaseSync(fresh);
  try {
    db.exec(
      `BEGIN; ${logSchema} PRAGMA application_id = ${String(applicationId)}; PRAGMA user_version = ${String(fileVersion)}; COMMIT;`,
    );
  } finally {
    db.close();
  }
  renameSync(fresh, file);
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  // Windows cannot sync a folder, and needs not to.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function refuseUnusable(file: string, size: number): void {
  // A file appears whole under its name, so somebody else emptied this one, or the disk lost it.
  if (size === 0) throw damaged(file, 'is empty, and Waybill never leaves it so');
  const head = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head.toString('latin1', 0, magic.length) !== magic) throw damaged(file, 'is not a Waybill database');
  if (head.readUInt32BE(68) !== applicationId) throw damaged(file, 'is a database of another program');
  const version = head.readUInt32BE(60);
  if (version > fileVersion) throw newer(file, version);
  const wal = checkWal(`${file}-wal`);
  if (wal === 'damaged') throw damaged(`${file}-wal`, 'is damaged in its middle');
  if (size <= (wal === 'absent' ? alwaysCheckedBytes : checkedAfterCrashBytes)) quickCheck(file);
}

/** On a connection that cannot write: it neither replays the write-ahead log into the file nor removes it. */
function quickCheck(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const finding = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (finding !== 'ok') throw damaged(file, `is damaged (${String(finding)})`);
  } finally {
    db.close();
  }
}

function newer(file: string, version: number): PlatformError {
  return new PlatformError('data_folder_newer', {
    detail: `${file} has format ${String(version)}, this version knows up to ${String(fileVersion)}. Nothing was changed. Start the newer version of Waybill, or choose another data folder.`,
  });
}
