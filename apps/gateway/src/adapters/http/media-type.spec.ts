import { expect, it } from 'vitest';
import { refuseCharset } from './media-type.ts';

const latin1 = Buffer.from('caf\xe9', 'latin1');
const check = (mediaType: string, bytes: Uint8Array) => () => refuseCharset(mediaType, bytes, '/media_type');

it.each([
  ['no charset', 'text/plain', latin1],
  ['UTF-8', 'text/plain; charset=UTF-8', Buffer.from('café')],
  ['a charset that a page may say itself', 'text/html; charset=windows-1252', latin1],
  ['UTF-16 with its mark', 'text/plain;charset=utf-16', Buffer.from([0xff, 0xfe, 0x61, 0x00])],
  ['a charset of which nothing but ASCII is used', 'text/plain; charset=iso-8859-1', Buffer.from('cafe')],
])('takes a document that declares %s', (_what, mediaType, bytes) => {
  expect(check(mediaType, bytes)).not.toThrow();
});

it.each([
  ['of other letters', 'text/plain; format=flowed; charset="iso-8859-1"', latin1],
  ['that is not known', 'text/markdown;charset=klingon', latin1],
  ['of two bytes a letter without a mark', 'text/plain; charset=utf-16le', Buffer.from([0x61, 0x00])],
])('refuses a charset %s', (_what, mediaType, bytes) => {
  expect(check(mediaType, bytes)).toThrow(expect.objectContaining({ code: 'unsupported_document' }));
});
