import { expect, it } from 'vitest';
import { z } from 'zod';
import { plainIssue } from './plain-issue.ts';

it.each([
  [z.string().min(1), '', 'must not be empty'],
  [z.string().min(3), 'a', 'must have at least 3 characters'],
  [z.string().max(3), 'abcd', 'must have at most 3 characters'],
  [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 item'],
  [z.coerce.number(), 'http', 'must be a number'],
  [z.coerce.number().int(), '1.5', 'must be a whole number'],
  [z.number().min(1), 0, 'must be at least 1'],
  [z.number().max(65_535), 70_000, 'must be at most 65535'],
  [z.number().positive(), 0, 'must be more than 0'],
  [z.string(), 1, 'must be text'],
  [z.string(), undefined, 'is missing'],
  [z.enum(['a', 'b']), 'secret', 'must be one of a, b'],
  [z.literal('a'), 'secret', 'must be a'],
  [z.url(), 'secret', 'must be an address, such as http://127.0.0.1:8080'],
  [z.string().regex(/a/, 'has to look like a'), 'secret', 'has to look like a'],
])('%#: %s', (schema, value, words) => {
  expect(plainIssue(schema.safeParse(value).error!.issues[0]!)).toBe(words);
});
