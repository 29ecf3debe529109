import { expect, it } from 'vitest';
import { preferredOf } from './accept.ts';

const json = 'application/json';
const stream = 'text/event-stream';

it.each([
  [undefined, json],
  ['', json],
  ['*/*', json],
  [stream, stream],
  ['application/*', json],
  ['text/*, application/json', stream],
  ['application/json, */*', json],
  ['image/png, TEXT/Event-Stream', stream],
  ['application/json;q=0, text/event-stream', stream],
  ['application/json;q=0.5, text/event-stream', stream],
  ['application/json; charset=utf-8; q=0.9, text/event-stream;Q=0.8', json],
  ['text/event-stream;q=0.1, */*', json],
  ['*/*, application/json;q=0', stream],
  ['text/html, */*;q=0.1', json],
  ['*/*;q=0', undefined],
  ['application/json;q=0.000, image/png', undefined],
  ['application/json;q=much', json],
])('of Accept: %s JSON or a stream is taken: %s', (accept, type) =>
  expect(preferredOf(accept, [json, stream])).toBe(type),
);
it('takes the other first where it is preferred', () => expect(preferredOf('*/*', [stream, json])).toBe(stream));
