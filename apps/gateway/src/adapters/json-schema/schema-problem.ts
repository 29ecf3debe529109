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
const oneSchema = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems'];
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const schemaMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const numbers = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];

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

function keywordProblem(schema: JsonObject, root: JsonObject): SchemaProblem | undefined {
  const { type, required, pattern, $ref: reference } = schema;
  if (type !== undefined && !(Array.isArray(type) ? type : [type]).every((name) => types.has(name as string))) {
    return { pointer: '/type', detail: `type must be among ${[...types].join(', ')}.` };
  }
  if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string'))) {
    return { pointer: '/required', detail: 'required must be a list of names.' };
  }
  if (schema['enum'] !== undefined && !Array.isArray(schema['enum'])) return { pointer: '/enum', detail: 'enum must be a list.' };
  const wrong = numbers.find((name) => schema[name] !== undefined && typeof schema[name] !== 'number');
  if (wrong !== undefined) return { pointer: `/${wrong}`, detail: `${wrong} must be a number.` };
  if (pattern !== undefined && !isPattern(pattern)) return { pointer: '/pattern', detail: 'pattern must be a regular expression.' };
  if (reference !== undefined && !isResolvable(reference, root)) {
    return { pointer: '/$ref', detail: '$ref must point into this schema, such as #/$defs/name; others are not fetched.' };
  }
  return undefined;
}

function subschemas(schema: JsonObject): { places: Place[] } | SchemaProblem {
  const places: Place[] = [];
  for (const name of oneSchema) if (schema[name] !== undefined) places.push({ schema: schema[name], pointer: `/${name}` });
  for (const name of schemaLists) {
    const list = schema[name];
    if (list === undefined) continue;
    if (!Array.isArray(list)) return { pointer: `/${name}`, detail: `${name} must be a list of schemas.` };
    for (const [index, entry] of list.entries()) places.push({ schema: entry, pointer: `/${name}/${index}` });
  }
  for (const name of schemaMaps) {
    const map = schema[name];
    if (map === undefined) continue;
    if (!isObject(map)) return { pointer: `/${name}`, detail: `${name} must be an object of schemas.` };
    for (const [key, entry] of Object.entries(map)) {
      const pointer = `/${name}/${escaped(key)}`;
      if (name === 'patternProperties' && !isPattern(key)) return { pointer, detail: 'The key must be a regular expression.' };
      places.push({ schema: entry, pointer });
    }
  }
  return { places };
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
  if (!reference.startsWith('#/')) return JSON.stringify(root).includes(`"$anchor":${JSON.stringify(reference.slice(1))}`);
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(key)] : isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at !== undefined;
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
