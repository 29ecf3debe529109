/**
 * The port of the knowledge index: passages of documents, found by meaning (vectors) and by words (full text) together.
 *
 * Promises of every adapter
 * - A document's passages are replaced all at once; a passage is found as soon as `replace` has resolved; documents of another tenant or collection are never found.
 * - Tenant, collection and filter hold before ranking: `k` hits come back if the rest of the index holds better ones or not.
 * - What is older never wins: a `replace` or `remove` with a revision below the one that was last applied changes nothing, even after a removal.
 * - A question that the passages do not speak of has no hits: see knowledge-relevance.ts. The nearest of what does not fit is not an answer.
 */
import type { JsonObject } from '@waybill/contracts';

export interface Passage {
  /** Counts from 0 in its document. */
  readonly ordinal: number;
  readonly text: string;
  /** Where it stands, for people: `Guide > Rebalancing, lines 40-52`. */
  readonly place: string;
  /** Unit length; its dimension is the index's. */
  readonly vector: Float32Array;
}

export interface IndexedDocument {
  readonly tenant: string;
  readonly documentId: string;
  readonly name: string;
  readonly collection: string;
  readonly metadata: JsonObject;
  /** Grows with every command about the document (the offset of the command on its partition). */
  readonly revision: number;
  /** Equal for equal content, name, collection, metadata and cut: then there is nothing to do again. */
  readonly fingerprint: string;
  readonly passages: readonly Passage[];
}

/** What the index last applied to a document; `passages` undefined: it was removed. */
export interface IndexState {
  readonly revision: number;
  readonly fingerprint: string;
  readonly passages: number | undefined;
}

export interface KnowledgeQuery {
  readonly tenant: string;
  readonly text: string;
  readonly vector: Float32Array;
  readonly k: number;
  readonly collection?: string;
  /** Equality on top-level metadata fields, of value and type. */
  readonly filter?: Readonly<Record<string, string | number | boolean>>;
}

/** `score` in (0, 1], best first. */
export interface FoundPassage {
  readonly documentId: string;
  readonly name: string;
  readonly ordinal: number;
  readonly text: string;
  readonly place: string;
  readonly score: number;
}

/** A passage as it is embedded: with what its document and headings say it is about. */
export interface StoredText {
  readonly name: string;
  readonly place: string;
  readonly text: string;
}

export interface KnowledgeIndex {
  replace(document: IndexedDocument): Promise<void>;
  remove(tenant: string, documentId: string, revision: number): Promise<void>;
  state(tenant: string, documentId: string): Promise<IndexState | undefined>;
  search(query: KnowledgeQuery): Promise<readonly FoundPassage[]>;
  /** Makes the vectors that are missing since the index was opened with another embedder (until then words alone find those passages); answers how many. Goes on where it was stopped. */
  renewVectors(embed: (texts: readonly StoredText[]) => Promise<readonly Float32Array[]>): Promise<number>;
  close(): Promise<void>;
}

/** Whose vectors an index holds. Those of another embedder say nothing to its questions. */
export interface EmbedderTraits {
  /** With its version: another name means that vectors have to be made anew. */
  readonly name: string;
  readonly dimensions: number;
  /** The cosine from which two texts speak of the same even if they share no word; absent: vectors only rank. */
  readonly relevantCosine?: number;
}
