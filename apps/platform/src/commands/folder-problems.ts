/** What a person is told of a folder or a file in it that cannot be used: what is wrong, what is found all the same, and how that goes away. */
import { ApiError } from '@waybill/client';
import { PlatformError, type DocumentView } from '@waybill/contracts';

export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return error.problem.detail;
  return error instanceof Error ? error.message : String(error);
}

/** Has the name once. `before`: what was known when the file was looked at. */
export function problemOf(name: string, reason: string, before: ReadonlyMap<string, DocumentView>): string {
  const what = reason.startsWith(`${name} `) ? reason : `${name}: ${reason}`;
  const known = before.get(name);
  if (known === undefined) return what;
  const earlier = known.status === 'indexed' ? 'Its earlier version' : 'An earlier version, if one was indexed,';
  const removal = `DELETE /v1/documents/${known.document_id} of a running platform removes it`;
  return `${what.replace(/[^.]$/, '$&.')} ${earlier} still answers; ${removal}.`;
}

/** A folder that has nothing may be one that is not mounted, so its documents are not taken for gone. */
export function emptied(error: unknown, collection: string, documents: number): unknown {
  if (!(error instanceof PlatformError) || documents === 0) return error;
  const stays =
    documents === 1
      ? 'the document that was read from it stays findable'
      : `the ${documents} documents that were read from it stay findable`;
  const removal = `GET /v1/documents?collection=${collection} of a running platform lists what is there, DELETE /v1/documents/ID removes one`;
  return new PlatformError(error.code, {
    detail: `${error.detail} Nothing was removed: ${stays}. ${removal}.`,
    cause: error,
  });
}
