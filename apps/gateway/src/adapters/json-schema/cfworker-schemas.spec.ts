import { PlatformError, type Json, type JsonObject } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { CfworkerSchemas } from './cfworker-schemas.ts';

const compile = (schema: JsonObject) => new CfworkerSchemas().compile(schema, '/input');
function refusal(schema: JsonObject): string {
  try {
    compile(schema);
    return 'none';
  } catch (error) {
    return error instanceof PlatformError ? `${error.code} ${error.pointer}` : 'unexpected';
  }
}

describe('a schema', () => {
  it.each<[JsonObject, string]>([
    [{ type: 'strnig' }, '/type'],
    [{ type: ['string', 'nul'] }, '/type'],
    [{ required: 'a' }, '/required'],
    [{ enum: 'a' }, '/enum'],
    [{ properties: { a: { pattern: '(' } } }, '/properties/a/pattern'],
    [{ properties: { a: { pattern: 1 } } }, '/properties/a/pattern'],
    [{ items: { minimum: '1' } }, '/items/minimum'],
    [{ items: 5 }, '/items'],
    [{ properties: [] }, '/properties'],
    [{ anyOf: {} }, '/anyOf'],
    [{ anyOf: [{ type: 'string' }, 'x'] }, '/anyOf/1'],
    [{ patternProperties: { '(': {} } }, '/patternProperties/('],
    [{ properties: null }, '/properties'],
    [{ anyOf: null }, '/anyOf'],
    [{ dependentRequired: { a: 'b' } }, '/dependentRequired'],
    [{ $id: 'http://[' }, '/$id'],
    [{ properties: { a: { id: 'http://[' } } }, '/properties/a/id'],
    [{ $recursiveRef: 'http://[' }, '/$recursiveRef'],
    [{ $defs: { a: { $id: 'http://x/a' }, b: { $id: 'http://x/a' } } }, ''],
    [{ $ref: 'http://elsewhere/schema' }, '/$ref'],
    [{ $ref: '#/$defs/none' }, '/$ref'],
    [{ $ref: '#none' }, '/$ref'],
    [{ $defs: { 'a/b': { not: { type: 'x' } } } }, '/$defs/a~1b/not/type'],
  ])('%j is refused', (schema, pointer) => expect(refusal(schema)).toBe(`invalid_definition /input${pointer}`));

  it.each<[JsonObject, Json]>([
    [{}, 1],
    [{ $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' } } }, { a: 1 }],
    [{ $defs: { n: { $anchor: 'here' } }, $ref: '#here' }, 'x'],
    [{ properties: { next: { $ref: '#' } } }, { next: { next: {} } }],
    [{ items: { type: ['string', 'null'] }, minItems: 1 }, ['a', null]],
    [{ prefixItems: [true, { const: 2 }] }, [1, 2]],
    [{ patternProperties: { '^a': { type: 'boolean' } } }, { ab: true }],
  ])('%j accepts', (schema, value) => expect(compile(schema)(value)).toBeUndefined());
});

describe('a value that does not fit', () => {
  it('is pointed at where it is deepest', () => {
    const check = compile({ properties: { a: { items: { properties: { b: { type: 'string' } } } } } });
    expect(check({ a: [{}, { b: 1 }] })).toMatchObject({ pointer: '/a/1/b' });
  });
  const doubling = Array.from({ length: 30 }, (_, step) => [
    `n${step}`,
    { allOf: [{ $ref: `#/$defs/n${step + 1}` }, { $ref: `#/$defs/n${step + 1}` }] },
  ]);
  it.each<[string, JsonObject, Json]>([
    ['a pattern of nested repetitions', { pattern: '^(a+)+$' }, `${'a'.repeat(50)}!`],
    ['a pattern whose alternatives overlap', { items: { pattern: '^(a|a)*$' } }, [`${'a'.repeat(50)}!`]],
    ['a pattern of many repetitions', { pattern: '^a*a*a*a*$' }, `${'a'.repeat(100_000)}!`],
    ['a pattern of keys', { patternProperties: { '^(a|aa)+$': {} } }, { [`${'a'.repeat(60)}!`]: 1 }],
    ['references that double', { $defs: { ...Object.fromEntries(doubling), n30: {} }, $ref: '#/$defs/n0' }, 1],
    ['a long list without equals', { uniqueItems: true }, Array.from({ length: 200_000 }, (_, index) => index)],
  ])('is given up on when it takes too long: %s', (_, schema, value) => {
    expect(compile(schema)(value)).toMatchObject({
      pointer: '',
      detail: expect.stringContaining('too long') as string,
    });
  });

  it('is told of a schema that never ends', () => {
    expect(compile({ $ref: '#' })(1)).toMatchObject({
      pointer: '',
      detail: expect.stringContaining('without end') as string,
    });
  });
  it('is told of a schema that refers to what is none', () => {
    expect(compile({ title: 'x', $ref: '#/title' })(1)).toMatchObject({
      pointer: '',
      detail: 'The schema of the workflow cannot be used: Unresolved $ref "#/title".',
    });
  });
});
