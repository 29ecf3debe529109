/** The statements of a search. Each begins with the documents that may be found: $1 tenant, $2 collection or NULL, $3 metadata to contain. */
import type { SqlStatement } from './sql.ts';

/** From each ranking. */
export const candidates = 200;

/** `@>` compares top-level values by value and type: JSON tells 1, true and "1" apart. */
const scope = `scope AS (
  SELECT id, passages FROM documents
  WHERE tenant = $1 AND passages > 0 AND ($2::text IS NULL OR collection = $2) AND metadata @> $3::jsonb
)`;
const inScope = 'document IN (SELECT id FROM scope)';
const named = (name: string, text: string): SqlStatement => ({ name: `waybill_knowledge_${name}`, text });

/** $4 words of the question. Answers a row for each, or one without a word. */
export const countWords = named(
  'count_words',
  `WITH ${scope}, question AS (
     SELECT at, ('''' || coalesce((ts_lexize('english_stem', word))[1], word) || '''')::tsquery AS lexeme
     FROM unnest($4::text[]) WITH ORDINALITY AS w (word, at)
   )
   SELECT total.passages AS scope, lexeme::text,
     (SELECT count(*) FROM passages p WHERE p.words @@ lexeme AND p.${inScope}) AS passages
   FROM (SELECT coalesce(sum(passages), 0) AS passages FROM scope) AS total LEFT JOIN question ON total.passages > 0
   ORDER BY at`,
);

/** A heading (weight A, the last of the four) names what its passages are about, so a word in it counts a little more. */
const weights = `'{0.67, 0.67, 0.67, 1}'`;

/**
 * $4 the words to rank by, joined by OR; $5 and $6 words of the question that occur, and what they weigh; $7 passages found by vector.
 * A word counts by how rare it is, how often it stands in the passage (less each time) and how short the passage is (1: by the logarithm).
 */
export const byWords = named(
  'by_words',
  `WITH ${scope}, word AS (
     SELECT lexeme::tsquery, weight FROM unnest($5::text[], $6::float8[]) AS w (lexeme, weight)
   ), best AS (
     SELECT id, (SELECT sum(weight * ts_rank(${weights}, words, lexeme, 1)) FROM word) AS rank
     FROM passages WHERE words @@ $4::tsquery AND ${inScope}
     ORDER BY rank DESC, id LIMIT ${String(candidates)}
   ), candidate AS (SELECT id FROM best UNION SELECT unnest($7::bigint[]))
   SELECT id, best.rank, (SELECT coalesce(sum(weight), 0) FROM word WHERE p.words @@ lexeme) AS covered
   FROM candidate JOIN passages p USING (id) LEFT JOIN best USING (id)
   ORDER BY best.rank DESC NULLS LAST, id`,
);

/** $4 the question's vector. Reads every vector in scope. */
export const nearestExactly = (embedder: number): SqlStatement =>
  named(
    `nearest_exactly_${String(embedder)}`,
    `WITH ${scope}
     SELECT passage AS id, vector <=> $4::vector AS distance FROM vectors
     WHERE embedder = ${String(embedder)} AND ${inScope} ORDER BY distance, passage LIMIT ${String(candidates)}`,
  );

/** Asks the HNSW index, which may leave some out; the order among what it finds is exact. */
export const nearestByIndex = (embedder: number, dimensions: number): SqlStatement => {
  const half = `halfvec(${String(dimensions)})`;
  return named(
    `nearest_by_index_${String(embedder)}`,
    `WITH ${scope}, near AS MATERIALIZED (
       SELECT passage, vector FROM vectors WHERE embedder = ${String(embedder)} AND ${inScope}
       ORDER BY vector::${half} <=> $4::vector::${half} LIMIT ${String(candidates)}
     )
     SELECT passage AS id, vector <=> $4::vector AS distance FROM near ORDER BY distance, passage`,
  );
};

/** The index goes on until enough of what it finds is in scope, or until it has looked at so many. */
export const tuneIndex = named(
  'tune_index',
  `SELECT set_config('hnsw.ef_search', '${String(candidates)}', true), set_config('hnsw.iterative_scan', 'strict_order', true),
     set_config('hnsw.max_scan_tuples', '20000', true)`,
);

/** $1 passages. */
export const found = named(
  'found',
  `SELECT p.id, document_id, name, ordinal, text, place FROM passages p JOIN documents d ON d.id = p.document
   WHERE p.id = ANY ($1::bigint[])`,
);
