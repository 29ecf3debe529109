/** A document as a form with a file. */
import type { MultipartValue } from '@fastify/multipart';
import { CollectionName, DocumentSubmission, isText, JsonObject, limits, PlatformError } from '@waybill/contracts';
import type { FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import type { NewDocument } from '../../use-cases/add-document.ts';
import { parseJsonBody } from './json-body.ts';
import { mediaTypeOf } from './media-type.ts';

const formFields = new Set(['name', 'collection', 'metadata']);
const metadataPlace = { name: 'The field metadata', at: '/metadata' };
const oneFile = 'Send one file, in the field `file`.';

interface Form {
  /** No `mediaType`: the client has not said what it is. */
  readonly file: { readonly name: string; readonly mediaType: string | undefined; readonly bytes: Buffer };
  readonly fields: ReadonlyMap<string, string>;
}

export async function readForm(request: FastifyRequest): Promise<NewDocument> {
  const { file, fields: given } = await readParts(request).catch((error: Error) => refuseForm(request, error));
  const name = textField('name', given.get('name') ?? file.name);
  if (name === '' || name.length > 512) throw bad('name', 'A document needs a name of at most 512 characters.');
  const { collection = 'default', metadata = '{}' } = Object.fromEntries(given);
  return {
    name,
    collection: checkShape(CollectionName, collection, { at: '/collection' }),
    metadata: checkShape(JsonObject, parseJsonBody(Buffer.from(metadata), metadataPlace), { at: metadataPlace.at }),
    mediaType: file.mediaType ?? mediaTypeOf(name),
    bytes: file.bytes,
    at: '/file',
  };
}

async function readParts(request: FastifyRequest): Promise<Form> {
  let file: Form['file'] | undefined;
  const given = new Map<string, string>();
  for await (const part of request.parts()) {
    const field = part.fieldname as string | undefined;
    if (field === undefined)
      throw new PlatformError('invalid_request', { detail: 'A part of the form has no name.', pointer: '' });
    if (part.type === 'file') {
      const bytes = await part.toBuffer();
      if (file || field !== 'file') throw bad(field, oneFile);
      file = { name: part.filename ?? '', mediaType: givenType(part.mimetype), bytes };
    } else {
      if (!formFields.has(field)) throw bad(field, 'This field is not known.');
      if (given.has(field)) throw bad(field, 'This field stands twice in the form.');
      given.set(field, textOf(part));
    }
  }
  if (!file) throw bad('file', 'The form has no file.');
  return { file, fields: given };
}

/**
 * What is left of the form is read and dropped: unread, it would hold up the next request of the connection, and the server would never learn
 * that the client has gone. The form's parser says with a bare Error what is no form, such as one that breaks off.
 */
function refuseForm({ raw }: FastifyRequest, error: Error): never {
  raw.unpipe();
  raw.resume();
  const refusal = refusals[(error as { code?: string }).code ?? ''];
  if (refusal) throw refusal();
  if (error.name !== 'Error') throw error;
  throw new PlatformError('invalid_request', {
    detail: `The form cannot be read: ${error.message}.`,
    pointer: '',
    cause: error,
  });
}

/** What the form's parser refuses by a number. */
const refusals: Readonly<Record<string, () => PlatformError>> = {
  FST_FILES_LIMIT: () => bad('file', oneFile),
  FST_PROTO_VIOLATION: () =>
    new PlatformError('forbidden_key', { detail: 'A field of the form has a name that is not allowed.', pointer: '' }),
  FST_INVALID_JSON_FIELD_ERROR: () =>
    new PlatformError('malformed_json', {
      detail: 'A field of the form is not the JSON that its type says.',
      pointer: '',
    }),
};

function givenType(type: string): string | undefined {
  if (type === '' || type === 'application/octet-stream') return undefined;
  return checkShape(DocumentSubmission.shape.media_type, type, { at: '/file' });
}

function textOf({ fieldname: field, value, valueTruncated }: MultipartValue): string {
  if (!valueTruncated) return textField(field, value);
  const detail = `The field ${field} has more than ${limits.recordBytes} bytes.`;
  throw new PlatformError('payload_too_large', { detail, pointer: `/${field}` });
}

function textField(name: string, value: unknown): string {
  if (typeof value !== 'string') throw bad(name, 'This field must be text.');
  if (!isText(value)) throw new PlatformError('invalid_text', { pointer: `/${name}` });
  return value;
}

function bad(field: string, detail: string): PlatformError {
  return new PlatformError('invalid_request', { detail, pointer: `/${field.slice(0, 64)}` });
}
