import { forbiddenKeys } from '@waybill/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLoss } from './json-losses.ts';
import { lineAndColumn, pointerAt, pointerOf } from './json-place.ts';
import { scanJson } from './json-scan.ts';

const most = { depth: 64, keys: 1_000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const scan = (text: string): string | undefined => {
  const found = scanJson(bytes(text), most);
  return typeof found === 'number' ? undefined : found.code;
};

describe('the scan', () => {
  it('lets harmless JSON pass', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const harmless = !/\\u0000|\\ud[89a-f]/i.test(text) && ![...forbiddenKeys].some((key) => text.includes(key));
        fc.pre(harmless);
        expect(scan(text)).toBeUndefined();
      }),
    );
  });

  it.each([
    '{"a":"__proto__"}',
    '["constructor"]',
    '{"a":"prototype:"}',
    '{"a\\"__proto__":1}',
    '{"__proto":1}',
    '"\\ud83d\\ude00"',
    '"\\\\u0000"',
    '{}',
  ])('lets %s pass', (text) => expect(scan(text)).toBeUndefined());

  it.each([
    ['{"__proto__" \n :1}', 'forbidden_key'],
    ['{"\\u005f\\u005fproto\\u005f_":1}', 'forbidden_key'],
    ['{"construct\\u006fr":1}', 'forbidden_key'],
    ['"\\\\\\u0000"', 'invalid_text'],
    ['"\\uDBFF"', 'invalid_text'],
    ['"\\ud800\\u0041"', 'invalid_text'],
    ['"\\ud800\\', 'invalid_text'],
    ['"\\ud800', 'invalid_text'],
  ])('finds what is wrong with %s', (text, code) => expect(scan(text)).toBe(code));

  it('accepts 64 levels and no more', () => {
    expect(scan(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeUndefined();
    expect(scanJson(bytes('['.repeat(65)), most)).toMatchObject({ code: 'too_deep', at: 64 });
  });

  it('accepts as many keys as are allowed and no more, wherever they stand', () => {
    const text = '{"a":1,"b":[{"c":"d"},{"e":{"f":1}}],"g":1}';
    expect(scanJson(bytes(text), { ...most, keys: 6 })).toBe(6);
    expect(scanJson(bytes(text), { ...most, keys: 5 })).toMatchObject({ code: 'too_large', at: text.indexOf('"g"') });
  });

  it('does not mind texts that break off', () => {
    for (const text of ['"', '"\\', '"\\u', '"\\u00', '{"a', '{"__proto__"', '"\\x"', '"\\uzzzz"'])
      expect(scan(text)).toBeUndefined();
  });
});

describe('a place', () => {
  it.each([
    ['{"a":{"b":[1,{"c":"X"}]}}', 'X', '/a/b/1/c'],
    ['[[],[{"x":1},{"y":"X"}]]', 'X', '/1/1/y'],
    ['{"a/b":{"c~d":"X"}}', 'X', '/a~1b/c~0d'],
    ['{"a,}":"]","b":"X"}', 'X', '/b'],
    ['"X"', 'X', ''],
    ['{"\\z":"X"}', 'X', '/\\z'],
  ])('in %s is found', (text, mark, pointer) =>
    expect(pointerAt(bytes(text), text.indexOf(`"${mark}"`))).toBe(pointer),
  );

  it('is told in lines and characters', () =>
    expect(lineAndColumn(bytes('ä\nöü!'), 7)).toEqual({ line: 2, column: 3 }));
  it('counts a character beyond the basic plane once', () =>
    expect(lineAndColumn(bytes('"🐳🐳"!'), 10)).toEqual({ line: 1, column: 5 }));
  it('is told in a long body without a line end', () => {
    const long = bytes(`"${'ä'.repeat(4_000_000)}!`);
    expect(lineAndColumn(long, long.length - 1)).toEqual({ line: 1, column: 4_000_002 });
  });
  it('is written as RFC 6901 says', () => expect(pointerOf(['a/b', 0, 'c~d'])).toBe('/a~1b/0/c~0d'));
});

describe('what parsing would lose', () => {
  const lossOf = (text: string) => findLoss(bytes(text), JSON.parse(text), scanJson(bytes(text), most) as number);

  it.each([
    ['{"a":1,"b":{"a":2},"a":3}', '/a'],
    ['[{"x":{"k":1,"\\u006b":2}}]', '/0/x/k'],
    ['{"a":[true,{"1e999":"1e999"},-1E+999]}', '/a/2'],
    [`[1e308,${'9'.repeat(310)}]`, '/1'],
    ['1e309', ''],
    ['{"a":{"n":[9007199254740992,9007199254740993]}}', '/a/n/1'],
    ['-123456789012345678901234567890', ''],
  ])('in %s is found', (text, pointer) => expect(pointerAt(bytes(text), lossOf(text)!.at)).toBe(pointer));

  it.each(['9007199254740992', '1e300', '123456789012345680000', '0.12345678901234567891', '"9007199254740993"'])(
    'is nothing in %s',
    (text) => expect(lossOf(text)).toBeUndefined(),
  );

  it('is nothing where every key stands once and every number is one', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(scan(text) === undefined);
        expect(lossOf(text)).toBeUndefined();
      }),
    );
  });
});
