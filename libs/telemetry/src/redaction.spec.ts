import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactFields } from './redaction.ts';
import { scrubText } from './scrub-text.ts';

it.each([
  'authorization',
  'Authorization',
  'api_key',
  'apiKey',
  'X-Api-Key',
  'dbPassword',
  'client_secret',
  'set-cookie',
  'DATABASE_URL',
])('hides the field %s', (key) =>
  expect(redactFields({ deep: [{ [key]: { value: 'hunter2' } }] })).toEqual({ deep: [{ [key]: '[redacted]' }] }),
);

it('hides tokens and shows token counts', () =>
  expect(
    redactFields({ token: 'abc', access_token: ['abc'], tokens: 12, token_usage: { input: 3, id: 'abc' } }),
  ).toEqual({
    token: '[redacted]',
    access_token: ['[redacted]'],
    tokens: 12,
    token_usage: { input: 3, id: '[redacted]' },
  }));

it.each([
  ['postgres://waybill:hunter2@db:5432/waybill', 'postgres://waybill:[redacted]@db:5432/waybill'],
  ['redis://:hunter2@cache', 'redis://:[redacted]@cache'],
  ['Authorization: Bearer abc.def-1234', 'Authorization: Bearer [redacted]'],
  ['GET /x?api_key=hunter2&q=1', 'GET /x?api_key=[redacted]&q=1'],
  ['key sk-proj-abcdefghijklmnop', 'key sk-[redacted]'],
  ['http://db:5432/path is fine', 'http://db:5432/path is fine'],
])('scrubs %s', (text, scrubbed) => expect(scrubText(text)).toBe(scrubbed));

it('writes every kind of value plainly', () => {
  const cycle: Record<string, unknown> = { url: new URL('http://u:p@host/') };
  cycle['self'] = cycle;
  expect(
    redactFields({
      big: 12n,
      nan: Number.NaN,
      none: null,
      gone: undefined,
      flag: true,
      when: new Date(0),
      never: new Date(Number.NaN),
      bytes: Buffer.alloc(3),
      set: new Set([1]),
      map: new Map([['password', 'x']]),
      cycle,
      get broken(): string {
        return 'fine';
      },
    }),
  ).toEqual({
    big: '12',
    nan: 'NaN',
    none: null,
    gone: undefined,
    flag: true,
    broken: 'fine',
    when: '1970-01-01T00:00:00.000Z',
    never: 'Invalid Date',
    bytes: '[3 bytes]',
    set: [1],
    map: { password: '[redacted]' },
    cycle: { url: 'http://u:[redacted]@host/', self: '[circular]' },
  });
});

it('survives a getter that throws', () => {
  const hostile = Object.defineProperty({}, 'broken', { enumerable: true, get: () => { throw new Error('no'); } }); // prettier-ignore
  expect(redactFields({ hostile })).toEqual({ hostile: { broken: '[unreadable]' } });
});

it('bounds length, depth and number of values', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`) as Record<string, unknown>;
  const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 1));
  expect(JSON.stringify(redactFields({ deep }))).toContain('[deep]');
  expect(JSON.stringify(redactFields({ wide })).length).toBeLessThan(20_000);
  expect(JSON.stringify(redactFields({ text: 'x'.repeat(1e6) })).length).toBeLessThan(9_000);
});

it('takes anything and gives JSON', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => void JSON.stringify(redactFields(fields))),
  ));
