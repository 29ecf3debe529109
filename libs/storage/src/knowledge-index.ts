/**
 * The port of the knowledge index: passages of documents, found by meaning (vectors) and by words (full text) together.
 *
 * Promises of every adapter
 * - A document's passages are replaced all at once; a passage is found as soon as `replace` has resolved; documents of another tenant or collection are never found.
 * - Tenant, collection and filter hold before ranking: `k` hits come back if the rest of the index holds better ones or not.
 * - What is older never wins: a `replace` or `remove` with a revision below the one that was last applied changes nothing, even after a removal.
 * - A rebuild can be told from outside (`survey`) until it has ended, also after a crash; several processes may do the same one at once: what one of them has put back, another one's beginning does not clear.
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
  /** Ids of the commands that led here, as whoever writes wants to find them again in the state; default: none. */
  readonly requests?: readonly string[];
  readonly passages: readonly Passage[];
}

/** What the index last applied to a document; `passages` undefined: it was removed. */
export interface IndexState {
  readonly revision: number;
  readonly fingerprint: string;
  readonly requests: readonly string[];
  readonly passages: number | undefined;
}

/** The index as a whole, all tenants together. */
export interface IndexSurvey {
  /** Of all documents, removed ones among them; undefined: it knows none. */
  readonly highestRevision: number | undefined;
  /** A rebuild was begun and has not ended: here, elsewhere, or in a process that is gone. */
  readonly isBeingRebuilt: boolean;
}

export interface KnownDocument {
  readonly tenant: string;
  readonly documentId: string;
  readonly revision: number;
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
  remove(tenant: string, documentId: string, revision: number, requests?: readonly string[]): Promise<void>;
  /** A command asked for what is there already, or could not be done. Nothing changes but what the state says of commands; nothing at all if a newer one was applied. A document that is not known is remembered as a removed one is. */
  confirm(tenant: string, documentId: string, revision: number, requests: readonly string[]): Promise<void>;
  state(tenant: string, documentId: string): Promise<IndexState | undefined>;
  search(query: KnowledgeQuery): Promise<readonly FoundPassage[]>;
  /** Makes the vectors that are missing since the index was opened with another embedder, or was made by a version that cuts words otherwise, and cuts the words anew (until then words alone find those passages, as they were cut); answers how many. Goes on where it was stopped. */
  renewVectors(embed: (texts: readonly StoredText[]) => Promise<readonly Float32Array[]>): Promise<number>;
  /** Asked at every start, so its cost does not grow with the index. */
  survey(): Promise<IndexSurvey>;
  /** Every document, removed ones too, of this revision or a higher one; the highest first. */
  knownFrom(revision: number): Promise<readonly KnownDocument[]>;
  /** From now on it is being rebuilt. With a document of another log everything is forgotten in the same moment, unless that document is no longer there as it was: then another process has done it. */
  beginRebuild(foreign?: KnownDocument): Promise<void>;
  endRebuild(): Promise<void>;
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
