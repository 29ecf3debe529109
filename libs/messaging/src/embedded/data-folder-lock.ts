/**
 * One process at a time has a data folder. The lock is the kernel's, held through a small SQLite file, so that kill -9 leaves it free.
 * Who has it, and where it can be reached, stands in a side file beside it: the lock's own file must not be opened by its holder again, since
 * closing any handle on a file drops all of a process's POSIX locks on it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import { isBusy } from './sqlite-errors.ts';

export interface FolderHolder {
  readonly pid: number;
  /** `http://127.0.0.1:8080`, once it listens. */
  readonly address?: string;
}

export interface DataFolderLock {
  /** Tells other processes where the platform can be reached. */
  setAddress(address: string): void;
  release(): void;
}

/** A lock that nobody refers to any more must not be given back by the garbage collector. */
const held = new Set<DatabaseSync>();

const lockFile = 'lock.db';
const holderFile = 'running.json';

/** Makes the folder when it is missing. Throws `data_folder_locked`, or `invalid_configuration` when it cannot be written. */
export function lockDataFolder(folder: string): DataFolderLock {
  const path = resolve(folder);
  const db = acquire(path);
  try {
    writeHolder(path, { pid: process.pid });
  } catch (error) {
    db.close();
    throw unwritable(path, error);
  }
  held.add(db);
  return {
    setAddress: (address) => writeHolder(path, { pid: process.pid, address }),
    release: () => {
      if (!db.isOpen) return;
      rmSync(join(path, holderFile), { force: true });
      held.delete(db);
      db.close();
    },
  };
}

/** Who has the folder now; undefined when nobody does. */
export function findFolderHolder(folder: string): FolderHolder | undefined {
  const path = resolve(folder);
  const holder = readHolder(path);
  if (!holder || holder.pid === process.pid) return holder;
  try {
    acquire(path).close();
    return undefined; // it was killed: the note is all that is left of it
  } catch (error) {
    return error instanceof PlatformError && error.code === 'data_folder_locked' ? holder : undefined;
  }
}

function acquire(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makeFolder(path);
    db = new DatabaseSync(join(path, lockFile), { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return db;
  } catch (error) {
    db?.close();
    throw isBusy(error) ? locked(path, error) : unwritable(path, error);
  }
}

/** Step by step: Node's recursive mkdir never returns where the parent exists and yet nothing can be made in it (/proc). */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error; // otherwise another process was faster
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function writeHolder(path: string, holder: FolderHolder): void {
  const fresh = join(path, `${holderFile}.new`);
  writeFileSync(fresh, `${JSON.stringify(holder)}\n`);
  renameSync(fresh, join(path, holderFile));
}

function readHolder(path: string): FolderHolder | undefined {
  try {
    const { pid, address } = JSON.parse(readFileSync(join(path, holderFile), 'utf8')) as Partial<FolderHolder>;
    if (typeof pid !== 'number') return undefined;
    return typeof address === 'string' ? { pid, address } : { pid };
  } catch {
    return undefined;
  }
}

function locked(path: string, cause: unknown): PlatformError {
  const holder = readHolder(path);
  const who = holder
    ? `process ${String(holder.pid)}${holder.address ? ` at ${holder.address}` : ''}`
    : 'another process';
  return new PlatformError('data_folder_locked', {
    detail: `The data folder ${path} is used by ${who}. Stop it, or choose another folder.`,
    cause,
  });
}

function unwritable(path: string, cause: unknown): PlatformError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PlatformError('invalid_configuration', {
    detail: `The data folder ${path} cannot be written (${why}). Make it a folder that this user may write, or choose another.`,
    cause,
  });
}
