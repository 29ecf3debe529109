/** A document as a client sends it: JSON with text or base64, or a form with a file. */
import { DocumentSubmission, PlatformError } from '@waybill/contracts';
import type { FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import type { NewDocument } from '../../use-cases/add-document.ts';
import { readForm } from './document-form.ts';
import { mediaTypeOf, refuseCharset } from './media-type.ts';

const fields = Object.keys(DocumentSubmission.shape);
export async function readDocument(request: FastifyRequest): Promise<NewDocument> {
  return request.isMultipart() ? readForm(request) : readJson(request.body);
}

function readJson(body: unknown): NewDocument {
  const given = checkShape(DocumentSubmission, body, { fields });
  if (given.url !== undefined) {
    const detail =
      'A url is not fetched: that needs an egress policy, which does not exist yet. Send text, base64 or a file.';
    throw new PlatformError('unsupported_document', { detail, pointer: '/url' });
  }
  if ((given.text === undefined) === (given.base64 === undefined)) {
    throw new PlatformError('invalid_request', {
      detail: 'Give text or base64, and only one of them.',
      pointer: given.text === undefined ? '' : '/base64',
    });
  }
  const bytes = given.text === undefined ? fromBase64(given.base64!) : Buffer.from(given.text);
  const mediaType = given.media_type ?? mediaTypeOf(given.name);
  if (given.text === undefined) refuseCharset(mediaType, bytes, '/media_type');
  return {
    name: given.name,
    collection: given.collection ?? 'default',
    metadata: given.metadata ?? {},
    mediaType,
    bytes,
    at: given.text === undefined ? '/base64' : '/text',
  };
}

/** Node passes over what is no base64; here it is refused. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  let end = text.length;
  while (end > 0 && text[end - 1] === '=') end -= 1;
  const bare = text.slice(0, end);
  if (bare.length % 4 !== 1 && Math.floor((bare.length * 3) / 4) === bytes.length && /^[A-Za-z0-9+/]*$/.test(bare))
    return bytes;
  throw new PlatformError('invalid_request', {
    detail: 'base64 holds something that is not base64.',
    pointer: '/base64',
  });
}
