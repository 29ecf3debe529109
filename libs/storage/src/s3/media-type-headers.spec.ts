import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headersOf, mediaTypeOf } from './media-type-headers.ts';

it('gives back any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (mediaType) => {
      expect(mediaTypeOf(headersOf(mediaType))).toBe(mediaType.toWellFormed());
    }),
  );
});

it('puts nothing into a header that is not printable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (mediaType) => {
      for (const value of Object.values(headersOf(mediaType))) expect(value).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

it('reads the type of an object that another tool stored', () => {
  expect(mediaTypeOf({ 'content-type': 'text/html' })).toBe('text/html');
  expect(mediaTypeOf({})).toBe('application/octet-stream');
});
