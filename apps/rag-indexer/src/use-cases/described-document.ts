/** A document as requests and facts describe it, and what becomes of it in the index: the same whoever puts it there. */
import { canonicalJson, type IngestDocument, type JsonObject } from '@waybill/contracts';
import type { IndexedDocument } from '@waybill/storage';
import type { Passages, TextPassage } from '../ports/passages.ts';

export interface DescribedDocument {
  readonly document_id: string;
  readonly name: string;
  readonly collection: string;
  readonly metadata: JsonObject;
  readonly media_type: string;
  /** In hex. */
  readonly sha256: string;
}

export const describedBy = ({ content, ...document }: IngestDocument): DescribedDocument => ({
  ...document,
  media_type: content.media_type,
  sha256: content.sha256,
});

export function fingerprintOf(
  { version }: Pick<Passages, 'version'>,
  { sha256, media_type: mediaType, name, collection, metadata }: DescribedDocument,
): string {
  return canonicalJson([version, sha256, mediaType, name, collection, metadata]);
}

export const sha256In = (fingerprint: string): string => (JSON.parse(fingerprint) as string[])[1]!;

export interface EmbeddedText {
  readonly read: readonly TextPassage[];
  /** One for each of them. */
  readonly vectors: readonly Float32Array[];
}

export function indexedDocument(
  document: DescribedDocument,
  { read, vectors }: EmbeddedText,
  about: Pick<IndexedDocument, 'tenant' | 'revision' | 'fingerprint'>,
): IndexedDocument {
  const { document_id: documentId, name, collection, metadata } = document;
  const passages = read.map(({ text, place }, ordinal) => ({ ordinal, text, place, vector: vectors[ordinal]! }));
  return { ...about, documentId, name, collection, metadata, passages };
}

export async function isContentOf({ sha256 }: { readonly sha256: string }, bytes: Uint8Array): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === sha256.toLowerCase();
}
