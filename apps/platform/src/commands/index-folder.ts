/**
 * Puts a folder of documents into the knowledge index, through the public interface.
 * Promises: a file that is already indexed with the same content is not sent again unless that is asked for; a file that cannot be used is named and hurts no other;
 * what is not in the folder is removed only from a collection that mirrors it; while the list of documents cannot be read just now, it is asked for again.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limits, PlatformError, type DocumentPage, type DocumentView } from '@waybill/contracts';
import { ApiError, type WaybillClient } from '@waybill/client';
import { foreignLine } from '../terminal/foreign-text.ts';
import { filesOf, passedOverLine } from './folder-files.ts';
import { emptied, problemOf, reasonOf } from './folder-problems.ts';

export interface IndexedFolder {
  /** Of the folder, whatever else the collection holds. */
  readonly documents: number;
  readonly passages: number;
  /** One sentence a file. */
  readonly problems: readonly string[];
  /** Documents that a mirror held and its folder does not. */
  readonly removed: number;
  /** Links of the folder that were not followed. */
  readonly passedOver: readonly string[];
}

/** Base64 and the other fields have to fit into a body. */
const largestBytes = Math.floor((limits.bodyBytes * 3) / 4) - 64 * 1024;
const atOnce = 8;
const pollMs = 20;
/** With answers that ask for patience. */
const patienceMs = 30_000;

export interface IndexFolderOptions {
  readonly collection: string;
  /** Every file, whatever is said to be indexed: an older `knowledge.db` or `objects/` was put in place of the last one. */
  readonly again?: boolean;
  /** The collection is this folder's alone, so what went from the folder goes from it too. Others may have put documents into any other. */
  readonly mirrors?: boolean;
  /** Told again and again how far it is. */
  readonly report?: (line: () => string) => void;
}

export async function indexFolder(
  client: WaybillClient,
  folder: string,
  { collection, again = false, mirrors = false, report = () => undefined }: IndexFolderOptions,
): Promise<IndexedFolder> {
  const { files, passedOver } = await filesOf(folder).catch(async (error: unknown) => {
    throw mirrors ? emptied(error, collection, (await allDocuments(client, collection)).size) : error;
  });
  const before = await allDocuments(client, collection);
  const sent: string[] = [];
  const problems: string[] = [];
  const queue = [...files];
  let looked = 0;
  const send = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      try {
        const id = await sendFile(client, folder, file, { collection, before, again });
        if (id !== undefined) sent.push(id);
      } catch (error) {
        if (error instanceof PlatformError) throw error; // there is none to which files could go
        problems.push(problemOf(file, reasonOf(error), before));
      }
      looked += 1;
      report(() => `${looked} of ${files.length} files were looked at`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  const present = new Set(files);
  const gone = mirrors ? [...before.values()].filter(({ name }) => !present.has(name)) : [];
  let removed = 0;
  for (const { document_id: id } of gone) if (await wasRemoved(client, id)) removed += 1;
  await settled(client, { collection, sent: new Set(sent), report });
  const after = [...(await allDocuments(client, collection)).values()].filter(({ name }) => present.has(name));
  return { ...summary(after, problems, before), removed, passedOver };
}

/** Lines for people, below the one that says what is known now. */
export function remarksOf({ removed, passedOver }: IndexedFolder): readonly string[] {
  const gone =
    removed === 1
      ? '1 document that is no longer in the folder was removed'
      : `${removed} documents that are no longer in the folder were removed`;
  return [removed === 0 ? undefined : gone, passedOverLine(passedOver)].flatMap((line) =>
    line === undefined ? [] : [`  ${foreignLine(line)}`],
  );
}

interface Sending {
  readonly collection: string;
  readonly before: ReadonlyMap<string, DocumentView>;
  readonly again: boolean;
}

/** The document's id, or nothing when it is there already. */
async function sendFile(
  client: WaybillClient,
  folder: string,
  file: string,
  { collection, before, again }: Sending,
): Promise<string | undefined> {
  const bytes = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot be read (${error.code ?? error.message})`, { cause: error });
  });
  if (bytes.length > largestBytes)
    throw new Error(`${bytes.length} bytes are more than the ${largestBytes} that a document may have`);
  const known = before.get(file);
  if (!again && known?.status === 'indexed' && known.sha256 === createHash('sha256').update(bytes).digest('hex'))
    return undefined;
  const answer = await client.addDocument({ name: file, base64: bytes.toString('base64'), collection });
  return answer.document_id;
}

async function allDocuments(client: WaybillClient, collection: string): Promise<Map<string, DocumentView>> {
  const documents = new Map<string, DocumentView>();
  let cursor: string | null = null;
  do {
    const page = await pageOf(client, { collection, limit: '1000', ...(cursor !== null && { cursor }) });
    for (const document of page.items) documents.set(document.name, document);
    cursor = page.next;
  } while (cursor !== null);
  return documents;
}

/** "Not just now", as while gateways share their work anew, is no reason to give a folder up. */
async function pageOf(client: WaybillClient, query: Record<string, string>): Promise<DocumentPage> {
  for (const until = performance.now() + patienceMs; ;) {
    try {
      return await client.documents(query);
    } catch (error) {
      const mayPass = error instanceof ApiError && error.problem.class === 'transient';
      if (!mayPass || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

/** Not when another command, or whoever, was faster. */
async function wasRemoved(client: WaybillClient, id: string): Promise<boolean> {
  try {
    await client.deleteDocument(id);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'document_not_found') return false;
    throw error;
  }
}

interface Waiting {
  readonly collection: string;
  readonly sent: ReadonlySet<string>;
  readonly report: (line: () => string) => void;
}

/** There is no stream of documents yet: their status is asked for until every one has come to an end. */
async function settled(client: WaybillClient, { collection, sent, report }: Waiting): Promise<void> {
  while (sent.size > 0) {
    const documents = await allDocuments(client, collection);
    const open = [...documents.values()].filter(
      ({ document_id: id, status }) => sent.has(id) && status !== 'indexed' && status !== 'failed',
    );
    report(() => `${sent.size - open.length} of ${sent.size} new or changed files are indexed`);
    if (open.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function summary(
  documents: readonly DocumentView[],
  problems: readonly string[],
  before: ReadonlyMap<string, DocumentView>,
): Pick<IndexedFolder, 'documents' | 'passages' | 'problems'> {
  const failed = documents
    .filter(({ status }) => status === 'failed')
    .map(({ name, error }) => problemOf(name, error?.detail ?? 'failed', before));
  const indexed = documents.filter(({ status }) => status === 'indexed');
  return {
    documents: indexed.length,
    passages: indexed.reduce((sum, { chunks }) => sum + (chunks ?? 0), 0),
    problems: [...problems, ...failed],
  };
}
