/**
 * The documents of a folder, by name.
 * Promises: a link is followed to a file inside the folder and nowhere else, so that nothing loops and nothing from elsewhere is read;
 * every other link that could have led to documents is named.
 */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { PlatformError } from '@waybill/contracts';

export interface FolderFiles {
  /** Paths from the folder on, with `/`, in order. */
  readonly files: readonly string[];
  /** Links that were not followed. */
  readonly passedOver: readonly string[];
}

const kinds: ReadonlySet<string> = new Set(['.md', '.markdown', '.txt', '.text', '.html', '.htm']);
/** So many are named. */
const few = 5;

/** Throws `invalid_request` when it is no folder, or has no documents. */
export async function filesOf(folder: string): Promise<FolderFiles> {
  const about = await stat(folder).catch(() => undefined);
  if (!about?.isDirectory()) {
    throw new PlatformError('invalid_request', {
      detail: `${folder} is not a folder. Give --docs a folder of Markdown, text or HTML files.`,
    });
  }
  const files: string[] = [];
  const passedOver: string[] = [];
  const root = await realpath(folder);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const name = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (isHidden(name)) continue;
    const found = await look(entry, root);
    if (found === 'document') files.push(name);
    else if (found === 'passed over') passedOver.push(name);
  }
  if (files.length > 0) return { files: files.toSorted(), passedOver: passedOver.toSorted() };
  const line = passedOverLine(passedOver);
  const detail = `${folder} has no Markdown, text or HTML files.${line === undefined ? '' : ` ${line}`}`;
  throw new PlatformError('invalid_request', { detail });
}

/** For people; undefined when there is nothing to say. */
export function passedOverLine(links: readonly string[]): string | undefined {
  if (links.length === 0) return undefined;
  const which = links.length === 1 ? '1 link, which leads' : `${links.length} links, which lead`;
  const more = links.length > few ? ` and ${links.length - few} more` : '';
  return `Passed over ${which} to no file inside the folder: ${links.slice(0, few).join(', ')}${more}`;
}

const isHidden = (name: string): boolean =>
  name.split('/').some((part) => part.startsWith('.') || part === 'node_modules');

type Found = 'document' | 'passed over' | 'nothing';

async function look(entry: Dirent, root: string): Promise<Found> {
  const isKind = kinds.has(extname(entry.name).toLowerCase());
  if (entry.isSymbolicLink()) return follow(join(entry.parentPath, entry.name), isKind, root);
  return entry.isFile() && isKind ? 'document' : 'nothing';
}

async function follow(link: string, isKind: boolean, root: string): Promise<Found> {
  try {
    const target = await realpath(link);
    const about = await stat(target);
    if (about.isDirectory()) return 'passed over';
    if (isKind) return about.isFile() && target.startsWith(root + sep) ? 'document' : 'passed over';
  } catch {
    if (isKind) return 'passed over'; // it leads to nothing, or to itself
  }
  return 'nothing';
}
