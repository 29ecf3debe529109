/**
 * Objects in a folder: `a/b` is the file `a/b@` (no key contains `@`, so an object and a folder never clash).
 * Promises: written beside, synced, renamed, folder synced: after a crash an object is the old or the new one, whole, and a write that
 * failed leaves nothing behind that would take room; a folder that cannot be used is refused at opening, with what to do; a disk that is full,
 * fails or is out of files later, or rights that are wrong, are `unavailable`, which passes.
 */
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PlatformError } from '@waybill/contracts';
import { checkObjectKey, checkObjectPrefix } from '../object-key.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';
import { decodeObject, encodeObject } from './object-file.ts';

const suffix = '@';
const unfinished = '@unfinished';

export class FolderObjectStore implements ObjectStore {
  readonly #folder: string;
  #written = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<FolderObjectStore> {
    try {
      await rm(join(folder, unfinished), { recursive: true, force: true }); // what a crash left
      await mkdir(join(folder, unfinished), { recursive: true });
    } catch (error) {
      throw refusal(folder, error);
    }
    return new FolderObjectStore(folder);
  }

  async put(key: string, object: StoredObject): Promise<void> {
    const target = this.#fileOf(key);
    const beside = join(this.#folder, unfinished, String((this.#written += 1)));
    try {
      await writeSynced(beside, encodeObject(object));
      await moveInto(beside, target);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined); // the next start removes it
      throw explained(`write ${key}`, error);
    }
  }

  async get(key: string): Promise<StoredObject> {
    const file = this.#fileOf(key);
    try {
      return decodeObject(key, await readFile(file));
    } catch (error) {
      if (isMissing(error))
        throw new PlatformError('not_found', { detail: `There is no object ${key}.`, cause: error });
      throw explained(`read ${key}`, error);
    }
  }

  async delete(key: string): Promise<void> {
    const file = this.#fileOf(key);
    try {
      await rm(file);
      await syncFolder(dirname(file));
    } catch (error) {
      if (isMissing(error)) return; // it, or with another object's removal its whole folder
      throw explained(`remove ${key}`, error);
    }
    await this.#removeEmpty(dirname(file));
  }

  async list(prefix: string): Promise<readonly string[]> {
    checkObjectPrefix(prefix);
    const within = join(this.#folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const files = await filesBelow(within).catch((error: unknown) => {
      throw explained(`list ${prefix}`, error);
    });
    return files
      .filter((file) => file.endsWith(suffix))
      .map((file) => relative(this.#folder, file).split(sep).join('/').slice(0, -suffix.length))
      .filter((key) => key.startsWith(prefix))
      .toSorted((a, b) => (a < b ? -1 : 1));
  }

  #fileOf(key: string): string {
    checkObjectKey(key);
    return join(this.#folder, `${key}${suffix}`);
  }

  /** Best effort: a folder that is not empty stays, and `put` makes one anew that vanished under it. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let empty = folder; empty !== this.#folder; empty = dirname(empty)) {
      const removed = await rmdir(empty).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }
}

/** A folder that vanishes meanwhile, with its last object, takes nothing else with it: `readdir` of all at once would find none. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function moveInto(from: string, target: string, attempts = 5): Promise<void> {
  const folder = dirname(target);
  try {
    const firstMade = await mkdir(folder, { recursive: true });
    await rename(from, target);
    await syncFolder(folder);
    // A new folder is durable once the folder that names it is.
    if (firstMade === undefined) return;
    for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
  } catch (error) {
    if (!isMissing(error) || attempts <= 1) throw error;
    await moveInto(from, target, attempts - 1);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const passing: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'The disk is full: make room, writing goes on by itself.'],
  ['EDQUOT', 'The quota of this user is used up: make room, writing goes on by itself.'],
  ['EMFILE', 'Too many files are open.'],
  ['ENFILE', 'Too many files are open.'],
  ['EACCES', 'This user may not: correct the rights of the folder, it goes on by itself.'],
  ['EPERM', 'This user may not: correct the rights of the folder, it goes on by itself.'],
  ['EROFS', 'The disk can be read only just now.'],
  ['EIO', 'The disk failed: look at it.'],
]);

/** What passes when there is room again, fewer files are open, or somebody has seen to it. The folder is not named, as who asks may be anybody. */
function explained(doing: string, error: unknown): unknown {
  const why = error instanceof Error && 'code' in error ? passing.get(error.code) : undefined;
  if (why === undefined) return error;
  return new PlatformError('unavailable', { detail: `The object store could not ${doing}. ${why}`, cause: error });
}

function refusal(folder: string, error: unknown): PlatformError {
  if (hasCode(error, 'ENOTDIR')) {
    return new PlatformError('data_folder_corrupt', {
      detail: `${folder} is not a folder, and documents are kept in a folder there. Put a backup in its place, or move it away and send the documents again: npm run waybill -- docs add FOLDER [--collection NAME] --again.`,
      cause: error,
    });
  }
  const why = error instanceof Error ? error.message : String(error);
  return new PlatformError('unavailable', {
    detail: `${folder} cannot be opened (${why}). Make sure that this user may write it and that the disk has room.`,
    cause: error,
  });
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');
