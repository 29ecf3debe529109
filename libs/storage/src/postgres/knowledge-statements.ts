/** The statements of the knowledge index that change it or say what it holds; those of a search are in knowledge-search-statements.ts. */
import type { SqlStatement } from './sql.ts';

const named = (name: string, text: string): SqlStatement => ({ name: `waybill_knowledge_${name}`, text });

/** One process after the other prepares for an embedder; the lock goes with the transaction. */
export const lockEmbedders = named('lock_embedders', "SELECT pg_advisory_xact_lock(hashtext('waybill embedders'))");
export const addEmbedder = named(
  'add_embedder',
  'INSERT INTO embedders (name, dimensions) VALUES ($1, $2) ON CONFLICT DO NOTHING',
);
export const findEmbedder = named('find_embedder', 'SELECT id FROM embedders WHERE name = $1 AND dimensions = $2');
/** Asked first: even when there is nothing to do, CREATE INDEX waits for all who write. */
export const hasIndex = named('has_index', 'SELECT to_regclass($1) IS NOT NULL AS there');

/**
 * Answers the document's row, or none if a newer revision was applied. Who writes the same document waits here until the other is done.
 * $1 tenant, $2 id, $3 name, $4 collection, $5 metadata, $6 revision, $7 fingerprint, $8 number of passages, $9 requests.
 */
export const writeDocument = named(
  'write_document',
  `INSERT INTO documents AS d (tenant, document_id, name, collection, metadata, revision, fingerprint, passages, requests)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9::text[])
   ON CONFLICT (tenant, document_id) DO UPDATE SET name = excluded.name, collection = excluded.collection, metadata = excluded.metadata,
     revision = excluded.revision, fingerprint = excluded.fingerprint, passages = excluded.passages, requests = excluded.requests
   WHERE d.revision <= excluded.revision
   RETURNING id`,
);

/** $1 tenant, $2 id, $3 revision, $4 requests. */
export const confirmDocument = named(
  'confirm_document',
  `INSERT INTO documents AS d (tenant, document_id, name, collection, metadata, revision, fingerprint, requests)
   VALUES ($1, $2, '', '', '{}', $3, '', $4::text[])
   ON CONFLICT (tenant, document_id) DO UPDATE SET revision = excluded.revision, requests = excluded.requests
   WHERE d.revision <= excluded.revision`,
);

/** Their vectors go with them. */
export const removePassages = named('remove_passages', 'DELETE FROM passages WHERE document = $1');

/** $1 document, $2 embedder; $3 ordinals, $4 texts, $5 places, $6 words, $7 vectors. */
export const addPassages = named(
  'add_passages',
  `WITH given AS (
     SELECT * FROM unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[]) AS g (ordinal, text, place, words, vector)
   ), added AS (
     INSERT INTO passages (document, ordinal, text, place, words)
     SELECT $1, ordinal, text, place, words::tsvector FROM given
     RETURNING id, ordinal
   )
   INSERT INTO vectors (passage, embedder, document, vector)
   SELECT added.id, $2, $1, given.vector::vector FROM added JOIN given USING (ordinal)`,
);

export const state = named(
  'state',
  'SELECT revision, fingerprint, requests, passages FROM documents WHERE tenant = $1 AND document_id = $2',
);

export const lexemes = named(
  'lexemes',
  `SELECT word, (ts_lexize('english_stem', word))[1] AS lexeme FROM unnest($1::text[]) AS w (word)`,
);

/** Whether this transaction is the only one that renews vectors of $1. */
export const claimRenewal = named(
  'claim_renewal',
  "SELECT pg_try_advisory_xact_lock(hashtext('waybill renewal'), $1) AS claimed",
);

/** $1 embedder, $2 the last passage that was seen, $3 how many. */
export const withoutVector = named(
  'without_vector',
  `SELECT p.id, d.name, p.place, p.text FROM passages p JOIN documents d ON d.id = p.document
   WHERE p.id > $2 AND NOT EXISTS (SELECT FROM vectors v WHERE v.passage = p.id AND v.embedder = $1)
   ORDER BY p.id LIMIT $3`,
);

/** Passages that were replaced meanwhile are gone, and the new ones have their vectors. $1 embedder, $2 passages, $3 vectors. */
export const addVectors = named(
  'add_vectors',
  `WITH there AS (SELECT id, document FROM passages WHERE id = ANY ($2::bigint[]) ORDER BY id FOR KEY SHARE)
   INSERT INTO vectors (passage, embedder, document, vector)
   SELECT there.id, $1, there.document, given.vector::vector
   FROM there JOIN unnest($2::bigint[], $3::text[]) AS given (id, vector) USING (id)
   ON CONFLICT DO NOTHING`,
);

/** $1 passages, $2 words. */
export const renewWords = named(
  'renew_words',
  `UPDATE passages p SET words = given.words::tsvector
   FROM unnest($1::bigint[], $2::text[]) AS given (id, words) WHERE p.id = given.id`,
);

export const otherEmbedders = named(
  'other_embedders',
  'SELECT id FROM embedders e WHERE id <> $1 AND EXISTS (SELECT FROM vectors WHERE embedder = e.id)',
);

/** $1 embedder, $2 how many; answers one row for each. */
export const dropVectors = named(
  'drop_vectors',
  `DELETE FROM vectors WHERE embedder = $1 AND passage IN (SELECT passage FROM vectors WHERE embedder = $1 LIMIT $2) RETURNING passage`,
);
