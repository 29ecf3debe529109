/**
 * The tables of the knowledge index on PostgreSQL; pgvector has to be there (tools/database/roles.sql).
 * A vector has no fixed dimension here, as embedders change: each embedder gets an HNSW index of its own over its rows (`makeIndex`).
 */
import type { SqlStatement } from './sql.ts';

export const knowledgeSchema = `
CREATE TABLE embedders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  dimensions integer NOT NULL,
  UNIQUE (name, dimensions)
);
CREATE TABLE documents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  document_id text NOT NULL,
  name text NOT NULL,
  collection text NOT NULL,
  metadata jsonb NOT NULL,
  revision bigint NOT NULL,
  fingerprint text NOT NULL,
  passages integer, -- NULL: removed; the row stays, so that an older command cannot bring the document back
  UNIQUE (tenant, document_id)
);
CREATE TABLE passages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
  ordinal integer NOT NULL,
  text text NOT NULL,
  place text NOT NULL,
  words tsvector NOT NULL,
  UNIQUE (document, ordinal)
);
CREATE INDEX passages_by_words ON passages USING gin (words);
-- Apart from the texts, so that a scan of all vectors reads vectors only.
CREATE TABLE vectors (
  passage bigint NOT NULL REFERENCES passages ON DELETE CASCADE,
  embedder integer NOT NULL,
  document bigint NOT NULL,
  vector vector NOT NULL,
  PRIMARY KEY (passage, embedder)
);
CREATE INDEX vectors_by_document ON vectors (document);
`;

/** `settings` remembers that a rebuild has begun; the index makes the highest revision cheap to ask for. */
export const knowledgeRebuildSchema = `
CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL);
CREATE INDEX documents_by_revision ON documents (revision);
`;

/** Ids of commands, the last first. */
export const knowledgeRequestsSchema = `
ALTER TABLE documents ADD COLUMN requests text[] NOT NULL DEFAULT '{}';
`;

/** HNSW holds no more of them at half precision; beyond that every search is exact. */
export const indexedDimensions = 4_000;

export const indexName = (embedder: number): string => `vectors_of_${String(embedder)}`;
/** Half precision halves the index; what it finds is ranked by the vectors themselves. */
export const makeIndex = (embedder: number, dimensions: number): SqlStatement => ({
  name: `waybill_knowledge_make_${indexName(embedder)}`,
  text: `CREATE INDEX ${indexName(embedder)} ON vectors
    USING hnsw ((vector::halfvec(${String(dimensions)})) halfvec_cosine_ops) WHERE embedder = ${String(embedder)}`,
});
export const dropIndex = (embedder: number): SqlStatement => ({
  name: `waybill_knowledge_drop_${indexName(embedder)}`,
  text: `DROP INDEX IF EXISTS ${indexName(embedder)}`,
});
