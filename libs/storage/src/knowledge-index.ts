/**
 * The port of the knowledge index: passages of documents, found by meaning (vectors) and by words (full text) together.
 * Promises: a document's passages are replaced all at once; a passage is found as soon as `replace` has resolved; documents of another tenant or collection are never found.
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
  readonly passages: readonly Passage[];
}

export interface KnowledgeQuery {
  readonly tenant: string;
  readonly text: string;
  readonly vector: Float32Array;
  readonly k: number;
  readonly collection?: string;
  /** Equality on top-level metadata fields. */
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

export interface KnowledgeIndex {
  replace(document: IndexedDocument): Promise<void>;
  remove(tenant: string, documentId: string): Promise<void>;
  search(query: KnowledgeQuery): Promise<readonly FoundPassage[]>;
  close(): Promise<void>;
}
