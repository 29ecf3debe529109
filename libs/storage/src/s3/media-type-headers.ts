/**
 * The media type of an object as headers. Promise: any text comes back as it was; a header alone holds only printable ASCII, and is trimmed.
 */
import type { IncomingHttpHeaders } from 'node:http';

const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const exact = 'x-amz-meta-media-type';

/** `Content-Type` is for whoever looks into the bucket with other tools. */
export function headersOf(mediaType: string): Record<string, string> {
  return {
    'content-type': plain.test(mediaType) ? mediaType : 'application/octet-stream',
    [exact]: encodeURIComponent(mediaType.toWellFormed()),
  };
}

/** An object that another tool put there has a `Content-Type` only. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string {
  const encoded = headers[exact];
  return typeof encoded === 'string'
    ? decodeURIComponent(encoded)
    : (headers['content-type'] ?? 'application/octet-stream');
}
