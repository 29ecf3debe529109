/**
 * What is wrong with a JSON Schema itself, as far as it would show only when a task comes: types, patterns, references, shapes of keywords.
 * Iterative, like everything that walks over what a client sent.
 */
import type { Json, JsonObject } from '@waybill/contracts';

export interface SchemaProblem {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  readonly detail: string;
}
interface Place {
  readonly schema: Json;
  readonly pointer: string;
}

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
const oneSchema = [
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
];
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const schemaMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const numbers = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
];

export function findSchemaProblem(root: JsonObject): SchemaProblem | undefined {
  const places: Place[] = [{ schema: root, pointer: '' }];
  for (let place = places.pop(); place; place = places.pop()) {
    const { schema, pointer } = place;
    if (typeof schema === 'boolean') continue;
    if (!isObject(schema)) return { pointer, detail: 'A schema is an object, true or false.' };
    const problem = keywordProblem(schema, root);
    if (problem) return { pointer: pointer + problem.pointer, detail: problem.detail };
    const inner = subschemas(schema);
    if ('detail' in inner) return { pointer: pointer + inner.pointer, detail: inner.detail };
    for (const sub of inner.places) places.push({ schema: sub.schema, pointer: pointer + sub.pointer });
  }
  return undefined;
}

type KeywordCheck = (value: Json, root: JsonObject) => boolean;

/** What a keyword's value must be, for those where a mistake would not show otherwise. */
const keywordRules: readonly (readonly [keyword: string, isFine: KeywordCheck, rule: string])[] = [
  [
    'type',
    (value) => (Array.isArray(value) ? value : [value]).every((name) => types.has(name as string)),
    `must be among ${[...types].join(', ')}`,
  ],
  ['required', (value) => isNameList(value), 'must be a list of names'],
  ['enum', (value) => Array.isArray(value), 'must be a list'],
  [
    'dependentRequired',
    (value) => isObject(value) && Object.values(value).every(isNameList),
    'must give a list of names for each name',
  ],
  ...['$id', 'id', '$recursiveRef'].map((name) => [name, isResolvableUri, 'must be a URI reference'] as const),
  ['pattern', (value) => isPattern(value), 'must be a regular expression'],
  [
    '$ref',
    (value, root) => isResolvable(value, root),
    'must point into this schema, such as #/$defs/name; others are not fetched',
  ],
  ...numbers.map((name) => [name, (value: Json) => typeof value === 'number', 'must be a number'] as const),
];

function keywordProblem(schema: JsonObject, root: JsonObject): SchemaProblem | undefined {
  for (const [keyword, isFine, rule] of keywordRules) {
    const value = schema[keyword];
    if (value !== undefined && !isFine(value, root)) return { pointer: `/${keyword}`, detail: `${keyword} ${rule}.` };
  }
  return undefined;
}

/** Throws nothing: a keyword of the wrong shape is a problem, found before its members are looked at. */
function subschemas(schema: JsonObject): { places: Place[] } | SchemaProblem {
  const badList = schemaLists.find((name) => schema[name] !== undefined && !Array.isArray(schema[name]));
  if (badList !== undefined) return { pointer: `/${badList}`, detail: `${badList} must be a list of schemas.` };
  const badMap = schemaMaps.find((name) => schema[name] !== undefined && !isObject(schema[name]));
  if (badMap !== undefined) return { pointer: `/${badMap}`, detail: `${badMap} must be an object of schemas.` };
  const badKey = membersOf(schema, 'patternProperties').find(([key]) => !isPattern(key))?.[0];
  if (badKey !== undefined) {
    return { pointer: `/patternProperties/${escaped(badKey)}`, detail: 'The key must be a regular expression.' };
  }
  const single = oneSchema.filter((name) => schema[name] !== undefined);
  const places = single.map((name): Place => ({ schema: schema[name]!, pointer: `/${name}` }));
  for (const name of [...schemaLists, ...schemaMaps]) {
    for (const [key, entry] of membersOf(schema, name))
      places.push({ schema: entry, pointer: `/${name}/${escaped(key)}` });
  }
  return { places };
}

/** Of a list by index, of an object by key. */
const membersOf = (schema: JsonObject, name: string): [string, Json][] =>
  Object.entries((schema[name] ?? {}) as JsonObject);

const isNameList = (value: Json): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');

/** The validator resolves it, and knows the old `id` too. */
function isResolvableUri(value: Json): boolean {
  return typeof value === 'string' && URL.canParse(value, 'https://localhost');
}

function isPattern(value: Json): boolean {
  if (typeof value !== 'string') return false;
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function isResolvable(reference: Json, root: JsonObject): boolean {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return false;
  if (reference === '#') return true;
  if (!reference.startsWith('#/'))
    return JSON.stringify(root).includes(`"$anchor":${JSON.stringify(reference.slice(1))}`);
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(key)] : isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at !== undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
