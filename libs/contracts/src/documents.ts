/** Documents: commands on `document.requests`, stage by stage status on `document.events`. Content travels as a claim check. */
import { z } from 'zod';
import { Failure } from './errors.ts';
import { JsonObject } from './json.ts';

/** A payload in object storage. `sha256` in hex, `bytes` its size. */
export const ClaimCheck = z.object({
  key: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
  media_type: z.string(),
});
export type ClaimCheck = z.infer<typeof ClaimCheck>;

/**
 * Where the bytes of an upload lie: no two uploads share a key, so that each command finds exactly what was acknowledged with it.
 * `uploadId` is a UUIDv7. Commands of before name `documents/<id>/original`: a command says itself where its bytes are.
 */
export const originalKey = (documentId: string, uploadId: string, sha256: string): string =>
  `documents/${documentId}/${uploadId}-${sha256}`;

const originalForm =
  /^documents\/[^/]+\/([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}-([0-9a-f]{64})$/;

/** What the key of an original tells; `uploadedAt` in ms since 1970. Undefined: it is no such key. */
export function originalOf(key: string): { readonly uploadedAt: number; readonly sha256: string } | undefined {
  const [, high, low, sha256] = originalForm.exec(key) ?? [];
  return sha256 === undefined ? undefined : { uploadedAt: Number.parseInt(`${high!}${low!}`, 16), sha256 };
}

export const documentStatuses = ['queued', 'parsing', 'embedding', 'indexed', 'failed'] as const;
export const DocumentStatus = z.enum(documentStatuses);
export type DocumentStatus = z.infer<typeof DocumentStatus>;

const document = { document_id: z.string().min(1), name: z.string(), collection: z.string(), metadata: JsonObject };

export const IngestDocument = z.object({ type: z.literal('IngestDocument'), ...document, content: ClaimCheck });
export type IngestDocument = z.infer<typeof IngestDocument>;
export const DeleteDocument = z.object({ type: z.literal('DeleteDocument'), document_id: z.string().min(1) });
export type DeleteDocument = z.infer<typeof DeleteDocument>;
export const DocumentRequest = z.discriminatedUnion('type', [IngestDocument, DeleteDocument]);
export type DocumentRequest = z.infer<typeof DocumentRequest>;

/** `time`: RFC 3339, UTC. */
export const DocumentEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('DocumentStatusChanged'),
    time: z.string(),
    ...document,
    status: DocumentStatus,
    bytes: z.number().int(),
    media_type: z.string(),
    sha256: z.string(),
    chunks: z.number().int().optional(),
    error: Failure.optional(),
  }),
  z.object({ type: z.literal('DocumentDeleted'), time: z.string(), document_id: z.string() }),
]);
export type DocumentEvent = z.infer<typeof DocumentEvent>;

/** A passage that was found. `place`: where in the document, in words a person can follow (`Heading > Sub, line 12`). */
export const SearchHit = z.object({
  document_id: z.string(),
  name: z.string(),
  text: z.string(),
  score: z.number(),
  place: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchInput = z.strictObject({
  query: z.string().min(1).max(4_000),
  k: z.number().int().min(1).max(100).default(8),
  collection: z.string().max(128).optional(),
  /** Equality on metadata fields. */
  filter: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type SearchInput = z.infer<typeof SearchInput>;
