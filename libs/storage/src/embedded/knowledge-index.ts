/**
 * The knowledge index in one SQLite file: FTS5 for words, sqlite-vec for vectors, exact.
 * Large documents are written in slices, so that the event loop is never held for long; searches read what was committed before.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { hasUnspaced, PlatformError, spaced } from '@waybill/contracts';
import type {
  EmbedderTraits,
  FoundPassage,
  IndexedDocument,
  IndexState,
  IndexSurvey,
  KnowledgeIndex,
  KnowledgeQuery,
  KnownDocument,
  Passage,
  StoredText,
} from '../knowledge-index.ts';
import { headingOf } from '../knowledge-words.ts';
import {
  explained,
  inTransaction,
  loadVectorFunctions,
  openKnowledgeDatabase,
  type KnowledgeDatabase,
} from './knowledge-database.ts';
import { confirmDocument, readState, writeDocument } from './knowledge-documents.ts';
import { readKnownFrom, readSurvey, writeRebuildBegun, writeRebuildEnded } from './knowledge-rebuild.ts';
import { KnowledgeSearch } from './knowledge-search.ts';
import { bytesOf } from './knowledge-statements.ts';

export interface SqliteKnowledgeIndexOptions {
  /** `knowledge.db` in the data folder. */
  readonly file: string;
  readonly embedder: EmbedderTraits;
}
/** Passages written between two turns of the event loop: some 10 ms. */
const slice = 64;

export class SqliteKnowledgeIndex implements KnowledgeIndex {
  readonly #database: KnowledgeDatabase;
  readonly #embedder: EmbedderTraits;
  #search: Promise<KnowledgeSearch> | undefined;
  /** Transactions span turns of the event loop, so one follows the other. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(database: KnowledgeDatabase, embedder: EmbedderTraits) {
    this.#database = database;
    this.#embedder = embedder;
  }

  static open({ file, embedder }: SqliteKnowledgeIndexOptions): SqliteKnowledgeIndex {
    return new SqliteKnowledgeIndex(openKnowledgeDatabase(file, embedder), embedder);
  }

  async replace(document: IndexedDocument): Promise<void> {
    for (const { vector } of document.passages) this.#checkVector(vector);
    await this.#write(async (database) => {
      const known = readState(database, document.tenant, document.documentId);
      if (known && known.revision > document.revision) return;
      await this.#removePassages(database, known?.id);
      const id = writeDocument(database, document, document.passages.length);
      await inSlices(document.passages, (passage) => {
        insertPassage(database, { id, name: document.name }, passage);
      });
    });
  }

  async remove(tenant: string, documentId: string, revision: number, requests?: readonly string[]): Promise<void> {
    await this.#write(async (database) => {
      const known = readState(database, tenant, documentId);
      if (known && known.revision > revision) return;
      await this.#removePassages(database, known?.id);
      const nothing = { name: '', collection: '', metadata: {}, fingerprint: '' };
      writeDocument(database, { tenant, documentId, revision, requests: requests ?? [], ...nothing }, null);
    });
  }

  async confirm(tenant: string, documentId: string, revision: number, requests: readonly string[]): Promise<void> {
    await this.#write((database) => confirmDocument(database, { tenant, documentId, revision, requests }));
  }

  async state(tenant: string, documentId: string): Promise<IndexState | undefined> {
    await this.#lastWrite;
    const known = readState(this.#reader(), tenant, documentId);
    if (!known) return undefined;
    const { revision, fingerprint, requests, passages } = known;
    return { revision, fingerprint, requests: JSON.parse(requests) as string[], passages: passages ?? undefined };
  }

  async search(query: KnowledgeQuery): Promise<readonly FoundPassage[]> {
    this.#checkVector(query.vector);
    const reader = this.#reader();
    this.#search ??= loadVectorFunctions(reader).then(() => new KnowledgeSearch(reader, this.#embedder.relevantCosine));
    this.#search.catch(() => (this.#search = undefined)); // what failed (too many files are open, say) may pass
    try {
      const search = await this.#search;
      this.#reader();
      return search.find(query);
    } catch (error) {
      throw explained(error);
    }
  }

  async renewVectors(embed: (texts: readonly StoredText[]) => Promise<readonly Float32Array[]>): Promise<number> {
    for (let renewed = 0; ;) {
      const rows = this.#reader()
        .prepare(
          `SELECT passages.id, passages.document, name, place, text FROM passages JOIN documents ON documents.id = passages.document
           LEFT JOIN vectors ON vectors.passage = passages.id WHERE vectors.passage IS NULL ORDER BY passages.id LIMIT ${String(slice)}`,
        )
        .all() as unknown as (StoredText & { id: number; document: number })[];
      if (rows.length === 0) return renewed;
      const vectors = await embed(rows.map(({ name, place, text }) => ({ name, place, text })));
      await this.#write((database) => {
        // A document that was replaced meanwhile has other rows and has its vectors already.
        const insert = database.prepare(
          'INSERT OR IGNORE INTO vectors SELECT id, document, ? FROM passages WHERE id = ? AND document = ? AND text = ?',
        );
        rows.forEach(({ id, document, ...stored }, at) => {
          const { changes } = insert.run(bytesOf(this.#checkVector(vectors[at])), id, document, stored.text);
          if (changes > 0) renewWords(database, id, stored);
        });
      });
      renewed += rows.length;
    }
  }

  async survey(): Promise<IndexSurvey> {
    await this.#lastWrite;
    return readSurvey(this.#reader());
  }

  async knownFrom(revision: number): Promise<readonly KnownDocument[]> {
    await this.#lastWrite;
    return readKnownFrom(this.#reader(), revision);
  }

  async beginRebuild(foreign?: KnownDocument): Promise<void> {
    await this.#write((database) => writeRebuildBegun(database, foreign));
  }

  async endRebuild(): Promise<void> {
    await this.#write(writeRebuildEnded);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lastWrite;
    this.#database.reader.close();
    this.#database.writer.close();
  }

  async #removePassages(database: DatabaseSync, document: number | undefined): Promise<void> {
    if (document === undefined) return;
    const rows = database.prepare('SELECT id FROM passages WHERE document = ?').all(document) as { id: number }[];
    const statements = ['words WHERE rowid = ?', 'vectors WHERE passage = ?', 'passages WHERE id = ?'].map((what) =>
      database.prepare(`DELETE FROM ${what}`),
    );
    await inSlices(rows, ({ id }) => {
      for (const statement of statements) statement.run(id);
    });
  }

  #write(work: (database: DatabaseSync) => Promise<void> | void): Promise<void> {
    this.#reader();
    const done = this.#lastWrite.then(() => inTransaction(this.#database.writer, work));
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  #reader(): DatabaseSync {
    if (this.#closed) throw new PlatformError('unavailable', { detail: 'The knowledge index is closed.' });
    return this.#database.reader;
  }

  #checkVector(vector: Float32Array | undefined): Float32Array {
    if (vector?.length === this.#embedder.dimensions) return vector;
    throw new PlatformError('invalid_request', {
      detail: `A vector has ${String(vector?.length)} dimensions; this index has ${String(this.#embedder.dimensions)}.`,
    });
  }
}

function insertPassage(
  database: DatabaseSync,
  document: { id: number; name: string },
  { ordinal, text, place, vector }: Passage,
): void {
  const { lastInsertRowid: id } = database
    .prepare('INSERT INTO passages (document, ordinal, text, place) VALUES (?, ?, ?, ?)')
    .run(document.id, ordinal, text, place);
  insertWords(database, id, { name: document.name, place, text });
  database
    .prepare('INSERT INTO vectors (passage, document, vector) VALUES (?, ?, ?)')
    .run(id, document.id, bytesOf(vector));
}

function insertWords(database: DatabaseSync, id: number | bigint, { name, place, text }: StoredText): void {
  database
    .prepare('INSERT INTO words (rowid, text, heading) VALUES (?, ?, ?)')
    .run(id, spaced(text), spaced(headingOf(name, place)));
}

/** Other texts have always been cut as they are now. */
function renewWords(database: DatabaseSync, id: number, stored: StoredText): void {
  if (!hasUnspaced(`${stored.name} ${stored.place} ${stored.text}`)) return;
  database.prepare('DELETE FROM words WHERE rowid = ?').run(id);
  insertWords(database, id, stored);
}

async function inSlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (let start = 0; start < items.length; start += slice) {
    if (start > 0) await nextTurn();
    items.slice(start, start + slice).forEach(work);
  }
}
