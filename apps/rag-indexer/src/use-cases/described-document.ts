/** A document as requests and facts describe it, and what becomes of it in the index: the same whoever puts it there. */
import { canonicalJson, originalOf, PlatformError, type IngestDocument, type JsonObject } from '@waybill/contracts';
import type { IndexedDocument, ObjectStore } from '@waybill/storage';
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

/** Of whom the fingerprint is. */
export function describedIn(fingerprint: string, documentId: string): DescribedDocument {
  type Parts = [
    version: string,
    sha256: string,
    mediaType: string,
    name: string,
    collection: string,
    about: JsonObject,
  ];
  const [, sha256, mediaType, name, collection, metadata] = JSON.parse(fingerprint) as Parts;
  return { document_id: documentId, name, collection, metadata, media_type: mediaType, sha256 };
}

export interface EmbeddedText {
  readonly read: readonly TextPassage[];
  /** One for each of them. */
  readonly vectors: readonly Float32Array[];
}

export function indexedDocument(
  document: DescribedDocument,
  { read, vectors }: EmbeddedText,
  about: Pick<IndexedDocument, 'tenant' | 'revision' | 'fingerprint' | 'requests'>,
): IndexedDocument {
  const { document_id: documentId, name, collection, metadata } = document;
  const passages = read.map(({ text, place }, ordinal) => ({ ordinal, text, place, vector: vectors[ordinal]! }));
  return { ...about, documentId, name, collection, metadata, passages };
}

export async function isContentOf({ sha256 }: { readonly sha256: string }, bytes: Uint8Array): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === sha256.toLowerCase();
}

/** No fact says where the bytes lie; what belongs to a document lies below its id, and key and digest tell which it is. Throws `not_found`. */
export async function bytesOf(document: DescribedDocument, objects: ObjectStore): Promise<Uint8Array> {
  const keys = await objects.list(`documents/${document.document_id}/`);
  for (const key of keys) {
    if ((originalOf(key)?.sha256 ?? document.sha256) !== document.sha256) continue;
    const { bytes } = await objects.get(key);
    if (await isContentOf(document, bytes)) return bytes;
  }
  const detail = keys.length === 0 ? 'Its bytes are gone.' : 'The stored bytes are not those that were indexed.';
  throw new PlatformError('not_found', { detail });
}
