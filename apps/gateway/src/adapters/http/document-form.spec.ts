/** A form is refused as the same document in JSON is: with the reason, and with a pointer to the field. */
import { DocumentView, topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
});
afterAll(() => gateway.close());

const part = (head: string, content: string, type?: string): string =>
  `--b\r\ncontent-disposition: form-data; ${head}\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n${content}\r\n`;
const file = (type?: string): string => part('name="file"; filename="a.md"', 'x', type);
const metadata = (text: string, type?: string): string => part('name="metadata"', text, type);
const send = (...parts: readonly string[]) =>
  gateway.call('POST', '/v1/documents', Buffer.from(`${parts.join('')}--b--\r\n`), {
    'content-type': 'multipart/form-data; boundary=b',
  });

describe('a form', () => {
  it('may hold as much metadata as JSON may', async () => {
    const given = { note: 'x'.repeat(1_000_000) };
    const answer = await send(metadata(JSON.stringify(given)), file());
    expect(answer.status).toBe(202);
    const found = await gateway.call('GET', `/v1/documents/${answer.json.document_id}`);
    expect(DocumentView.parse(found.json).metadata).toEqual(given);
  });

  it.each([
    {
      what: 'metadata that is no JSON',
      parts: [metadata('{bad'), file()],
      code: 'malformed_json',
      pointer: '/metadata',
    },
    {
      what: 'half of an object',
      parts: [metadata('{'), file()],
      code: 'malformed_json',
      says: /^The field metadata is/,
    },
    { what: 'JSON of a list', parts: [metadata('[]'), file()], code: 'invalid_request', says: /^metadata/ },
    {
      what: 'a forbidden key',
      parts: [metadata('{"a":{"__proto__":1}}'), file()],
      code: 'forbidden_key',
      pointer: '/metadata/a/__proto__',
    },
    {
      what: 'a key that stands twice',
      parts: [metadata('{"a":1,"a":2}'), file()],
      code: 'invalid_request',
      pointer: '/metadata/a',
    },
    {
      what: 'metadata that no record can hold',
      parts: [metadata(JSON.stringify({ note: 'x'.repeat(1_100_000) })), file()],
      code: 'payload_too_large',
      status: 413,
      says: /1048576 bytes/,
    },
    {
      what: 'metadata that calls itself JSON and is none',
      parts: [metadata('{bad', 'application/json'), file()],
      code: 'malformed_json',
      pointer: '',
    },
    {
      what: 'a forbidden field',
      parts: [part('name="__proto__"', 'a'), file()],
      code: 'forbidden_key',
      pointer: '',
    },
    {
      what: 'a part without a name',
      parts: ['--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n', file()],
      code: 'invalid_request',
      pointer: '',
      says: /has no name/,
    },
    {
      what: 'a file without a name',
      parts: [part('filename="a.md"', 'x')],
      code: 'invalid_request',
      pointer: '',
      says: /has no name/,
    },
    {
      what: 'an empty file',
      parts: [part('name="file"; filename="a.md"', '')],
      code: 'unsupported_document',
      status: 422,
      pointer: '/file',
    },
    { what: 'two files', parts: [file(), file()], code: 'invalid_request', pointer: '/file', says: /^Send one file/ },
    {
      what: 'a field that stands many times',
      parts: [...Array.from({ length: 20 }, () => part('name="name"', 'a')), file()],
      code: 'invalid_request',
      pointer: '/name',
      says: /twice/,
    },
    {
      what: 'a type that is none',
      parts: [file('weird')],
      code: 'invalid_request',
      pointer: '/file',
      says: /media type/,
    },
    {
      what: 'a type without end',
      parts: [file(`text/${'x'.repeat(5_000)}`)],
      code: 'invalid_request',
      pointer: '/file',
    },
  ])('is refused with $what', async ({ parts, code, status = 400, pointer = '/metadata', says = /./ }) => {
    const before = log.recordsOf(topics.documentRequests).length;
    const answer = await send(...parts);
    expect(answer.json).toMatchObject({ code, status, pointer });
    expect(answer.json.detail).toMatch(says);
    expect(log.recordsOf(topics.documentRequests)).toHaveLength(before);
  });
});
