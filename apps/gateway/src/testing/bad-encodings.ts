/** What is packed, in letters that will not be read, or too long to be looked at. */
import { gzipSync } from 'node:zlib';
import { raw, task, unknownTask, type Bad } from './bad-input.ts';

const latin1 = Buffer.from('caf\xe9', 'latin1');
const packed = { 'content-encoding': 'gzip' };
const unsupported = { status: 415, says: /without a content-encoding/ };
export const badEncodings: Bad[] = [
  task('a body that is packed', gzipSync('{"goal":"a"}'), 'unsupported_media_type', {
    headers: packed,
    ...unsupported,
  }),
  task('a body that is said to be packed', raw('{"goal":'), 'unsupported_media_type', {
    headers: packed,
    ...unsupported,
  }),
  {
    what: 'a document in a charset that is not read',
    to: 'POST /v1/documents',
    body: { name: 'a.txt', base64: latin1.toString('base64'), media_type: 'text/plain; charset=ISO-8859-1' },
    code: 'unsupported_document',
    status: 422,
    pointer: '/media_type',
    says: /^The charset ISO-8859-1 is not read: send the document as UTF-8\.$/,
  },
  {
    what: 'a name in the path that is too long',
    to: `GET /v1/workflows/${'a'.repeat(3_000)}`,
    code: 'invalid_request',
    pointer: 'name',
    says: /^name is too long\.$/,
  },
  {
    what: 'the id of a step in the path that is too long',
    to: `GET /v1/tasks/${unknownTask}/steps/${'a'.repeat(3_000)}`,
    code: 'invalid_request',
    pointer: 'step_id',
    says: /^step_id is too long\.$/,
  },
];
