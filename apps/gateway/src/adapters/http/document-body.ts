/** A document as a client sends it: JSON with text or base64, or a form with a file. */
import { CollectionName, DocumentSubmission, isText, JsonObject, PlatformError } from '@waybill/contracts';
import type { FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import type { NewDocument } from '../../use-cases/add-document.ts';
import { parseJsonBody } from './json-body.ts';

const fields = Object.keys(DocumentSubmission.shape);
const formFields = new Set(['name', 'collection', 'metadata']);
const mediaTypes: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  log: 'text/plain',
  html: 'text/html',
  htm: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  pdf: 'application/pdf',
};

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
  return {
    name: given.name,
    collection: given.collection ?? 'default',
    metadata: given.metadata ?? {},
    mediaType,
    bytes,
  };
}

interface Form {
  readonly file: { readonly name: string; readonly mediaType: string; readonly bytes: Buffer };
  readonly fields: ReadonlyMap<string, string>;
}

async function readForm(request: FastifyRequest): Promise<NewDocument> {
  const { file, fields: given } = await readParts(request).catch((error: Error) => refuseForm(request, error));
  const name = textField('name', given.get('name') ?? file.name);
  if (name === '' || name.length > 512) throw bad('name', 'A document needs a name of at most 512 characters.');
  const { collection = 'default', metadata = '{}' } = Object.fromEntries(given);
  return {
    name,
    collection: checkShape(CollectionName, collection, { at: '/collection' }),
    metadata: checkShape(JsonObject, parseJsonBody(Buffer.from(metadata)), { at: '/metadata' }),
    mediaType: ['', 'application/octet-stream'].includes(file.mediaType) ? mediaTypeOf(name) : file.mediaType,
    bytes: file.bytes,
  };
}

async function readParts(request: FastifyRequest): Promise<Form> {
  let file: Form['file'] | undefined;
  const given = new Map<string, string>();
  for await (const part of request.parts()) {
    const { fieldname: field } = part;
    if (part.type === 'file') {
      const bytes = await part.toBuffer();
      if (file || field !== 'file') throw bad(field, 'Send one file, in the field `file`.');
      file = { name: part.filename ?? '', mediaType: part.mimetype, bytes };
    } else if (formFields.has(field)) given.set(field, textField(field, part.value));
    else throw bad(field, 'This field is not known.');
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
  if (error.name !== 'Error') throw error;
  throw new PlatformError('invalid_request', {
    detail: `The form cannot be read: ${error.message}.`,
    pointer: '',
    cause: error,
  });
}

function textField(name: string, value: unknown): string {
  if (typeof value !== 'string') throw bad(name, 'This field must be text.');
  if (!isText(value)) throw new PlatformError('invalid_text', { pointer: `/${name}` });
  return value;
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

function mediaTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return (dot < 0 ? undefined : mediaTypes[name.slice(dot + 1).toLowerCase()]) ?? 'text/plain';
}

const bad = (field: string, detail: string): PlatformError =>
  new PlatformError('invalid_request', { detail, pointer: `/${field.slice(0, 64)}` });
