/**
 * The knowledge index on PostgreSQL: pgvector for vectors (HNSW, cosine), `tsvector` for words.
 * Promises, beside the port's: processes that write the same document follow each other, and its newest revision stays; a change of embedder
 * keeps the old vectors until all are renewed, so that processes of before find by meaning meanwhile; NUL becomes U+FFFD (storable-text.ts).
 */
import { PlatformError } from '@waybill/contracts';
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
import { passageWords } from './knowledge-lexemes.ts';
import { knowledgeFailure, prepareEmbedder, renewVectors } from './pgvector-embedder.ts';
import { readKnownFrom, readSurvey, writeRebuildBegun, writeRebuildEnded } from './pgvector-rebuild.ts';
import { PgvectorSearch, vectorText } from './pgvector-search.ts';
import { wordVectors } from './pgvector-words.ts';
import * as statements from './knowledge-statements.ts';
import type { SqlRunner, TransactionalSql } from './sql.ts';
import { storableId, storableJson, storableText } from './storable-text.ts';

export interface PgvectorKnowledgeIndexOptions {
  /** Of the schema that `knowledgeMigrations` have prepared. The index closes it. */
  readonly sql: TransactionalSql;
  readonly embedder: EmbedderTraits;
  /** Up to so many passages in scope, every vector is looked at; beyond, the HNSW index is asked. */
  readonly exactUpTo?: number;
}
/** Passages in one statement: their vectors are megabytes of text. */
const slice = 64;

export class PgvectorKnowledgeIndex implements KnowledgeIndex {
  readonly #sql: TransactionalSql;
  readonly #embedder: number;
  readonly #dimensions: number;
  readonly #search: PgvectorSearch;
  #closed = false;

  private constructor({ sql, embedder, exactUpTo = 10_000 }: PgvectorKnowledgeIndexOptions, id: number) {
    this.#sql = sql;
    this.#embedder = id;
    this.#dimensions = embedder.dimensions;
    const { dimensions, relevantCosine } = embedder;
    this.#search = new PgvectorSearch({ embedder: id, dimensions, relevantCosine, exactUpTo });
  }

  static async open(options: PgvectorKnowledgeIndexOptions): Promise<PgvectorKnowledgeIndex> {
    return new PgvectorKnowledgeIndex(options, await prepareEmbedder(options.sql, options.embedder));
  }

  async replace(document: IndexedDocument): Promise<void> {
    for (const { vector } of document.passages) this.#checkVector(vector);
    const { passages } = document;
    await this.#ask('take a document', async (sql) => {
      const words = await wordVectors(
        sql,
        passages.map((passage) => passageWords(document.name, passage)),
      );
      await sql.transaction('write', async (transaction) => {
        const id = await writeDocument(transaction, document, passages.length);
        if (id === undefined) return;
        await transaction.run(statements.removePassages, [id]);
        for (let start = 0; start < passages.length; start += slice) {
          const end = start + slice;
          await this.#addPassages(transaction, id, passages.slice(start, end), words.slice(start, end));
        }
      });
    });
  }

  async remove(tenant: string, documentId: string, revision: number, requests?: readonly string[]): Promise<void> {
    const about = { tenant, documentId, revision, requests: requests ?? [] };
    const nothing = { ...about, name: '', collection: '', metadata: {}, fingerprint: '' };
    await this.#ask('remove a document', (sql) =>
      sql.transaction('write', async (transaction) => {
        const id = await writeDocument(transaction, nothing, null);
        if (id !== undefined) await transaction.run(statements.removePassages, [id]);
      }),
    );
  }

  async confirm(tenant: string, documentId: string, revision: number, requests: readonly string[]): Promise<void> {
    const values = [storableId(tenant), storableId(documentId), revision, requests.map(storableText)];
    await this.#ask('confirm a document', (sql) =>
      sql.transaction('write', (transaction) => transaction.run(statements.confirmDocument, values)),
    );
  }

  async state(tenant: string, documentId: string): Promise<IndexState | undefined> {
    type Row = { revision: string | number; fingerprint: string; requests: string[]; passages: number | null };
    const values = [storableId(tenant), storableId(documentId)];
    const [row] = await this.#ask('say what it holds', (sql) => sql.run<Row>(statements.state, values));
    return row && { ...row, revision: Number(row.revision), passages: row.passages ?? undefined };
  }

  async search(query: KnowledgeQuery): Promise<readonly FoundPassage[]> {
    this.#checkVector(query.vector);
    storableId(query.tenant);
    return this.#ask('search', (sql) =>
      sql.transaction('snapshot', (transaction) => this.#search.find(transaction, query)),
    );
  }

  renewVectors(embed: (texts: readonly StoredText[]) => Promise<readonly Float32Array[]>): Promise<number> {
    return this.#ask('renew vectors', (sql) =>
      renewVectors(sql, this.#embedder, async (texts) => {
        const vectors = await embed(texts);
        return texts.map((_, at) => vectorText(this.#checkVector(vectors[at])));
      }),
    );
  }

  survey(): Promise<IndexSurvey> {
    return this.#ask('say what it holds', readSurvey);
  }

  knownFrom(revision: number): Promise<readonly KnownDocument[]> {
    return this.#ask('say what it holds', (sql) => readKnownFrom(sql, revision));
  }

  beginRebuild(foreign?: KnownDocument): Promise<void> {
    return this.#ask('be rebuilt', (sql) => writeRebuildBegun(sql, foreign));
  }

  endRebuild(): Promise<void> {
    return this.#ask('be rebuilt', writeRebuildEnded);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#sql.close();
  }

  async #addPassages(sql: SqlRunner, document: number, passages: readonly Passage[], words: readonly string[]) {
    await sql.run(statements.addPassages, [
      document,
      this.#embedder,
      passages.map(({ ordinal }) => ordinal),
      passages.map(({ text }) => storableText(text)),
      passages.map(({ place }) => storableText(place)),
      words,
      passages.map(({ vector }) => vectorText(vector)),
    ]);
  }

  async #ask<T>(doing: string, work: (sql: TransactionalSql) => Promise<T>): Promise<T> {
    if (this.#closed) throw new PlatformError('unavailable', { detail: 'The knowledge index is closed.' });
    try {
      return await work(this.#sql);
    } catch (error) {
      throw knowledgeFailure(doing, error);
    }
  }

  #checkVector(vector: Float32Array | undefined): Float32Array {
    if (vector?.length === this.#dimensions) return vector;
    throw new PlatformError('invalid_request', {
      detail: `A vector has ${String(vector?.length)} dimensions; this index has ${String(this.#dimensions)}.`,
    });
  }
}

async function writeDocument(
  sql: SqlRunner,
  document: Omit<IndexedDocument, 'passages'>,
  passages: number | null,
): Promise<number | undefined> {
  const { tenant, documentId, name, collection, metadata, revision, fingerprint, requests = [] } = document;
  const [row] = await sql.run<{ id: string | number }>(statements.writeDocument, [
    storableId(tenant),
    storableId(documentId),
    storableText(name),
    storableText(collection),
    storableJson(metadata),
    revision,
    storableText(fingerprint),
    passages,
    requests.map(storableText),
  ]);
  return row && Number(row.id);
}
