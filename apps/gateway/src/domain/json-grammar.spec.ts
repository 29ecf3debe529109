import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSyntaxError } from './json-grammar.ts';

describe('the place of a mistake in JSON', () => {
  it.each([
    ['{"goal": }', 9],
    ['{', 1],
    ['', 0],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['[1 2]', 3],
    ['{"a":1}x', 7],
    ['"a\nb"', 2],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['"abc', 4],
    ['01', 0],
    ['[1.]', 1],
    ['[tru]', 1],
    ['nul', 0],
    ["{'a':1}", 1],
    ['[}', 1],
    ['{]', 1],
    ['{"a":[1}', 7],
  ])('%s is wrong at %d', (text, at) => expect(findSyntaxError(text)?.at).toBe(at));

  it('is nowhere in what is JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => findSyntaxError(text) === undefined));
  });

  it('is found whenever the engine finds one', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '.5',
      'true',
      'nul',
      ' ',
      '\\',
      '"',
      '\n',
      '1e',
      'e5',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        expect(findSyntaxError(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is found ten thousand levels deep', () => expect(findSyntaxError('['.repeat(10_000))?.at).toBe(10_000));
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('gives up after so many steps, so that a long body with a mistake at its end holds nobody up', () => {
  expect(findSyntaxError('[1,1,]', 5)).toBeUndefined();
  expect(findSyntaxError('[1,1,]', 6)).toMatchObject({ at: 5 });
  expect(findSyntaxError(`[${'1,'.repeat(5_000_000)}]`)).toBeUndefined();
});
