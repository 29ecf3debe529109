/**
 * Keys of map literals. The CEL library drops the names that could reach a prototype and lets the last of equal keys win, both silently.
 * Promise: a key that JSON may not have here, or that stands twice, is an error; every other key is in the result.
 */
import { forbiddenKeys } from '@waybill/contracts';
import { visitNodes, type CelEvaluator, type CelNode } from './cel-node.ts';

type Entries = readonly (readonly [key: CelNode, value: CelNode])[];

/** What is wrong with the keys that are written out; computed ones are known when they are evaluated. */
export function keyProblem(map: CelNode): string | undefined {
  const keys = new Set<string>();
  for (const [node] of map.args as Entries) {
    if (node.op !== 'value') continue;
    const key = String(node.args);
    if (forbiddenKeys.has(key)) return notAllowed(key);
    if (keys.has(key)) return twice(key);
    keys.add(key);
  }
  return undefined;
}

/** Puts the check into the maps of a checked tree that compute a key. */
export function guardMaps(root: CelNode): void {
  visitNodes(root, (node) => {
    if (node.op === 'map' && (node.args as Entries).some(([key]) => key.op !== 'value')) node.evaluate = evaluateMap;
  });
}

function evaluateMap(evaluator: CelEvaluator, map: CelNode, context: unknown): unknown {
  const made: Record<string, unknown> = {};
  for (const [keyNode, valueNode] of map.args as Entries) {
    const key = keyOf(evaluator.run(keyNode, context));
    if (forbiddenKeys.has(key)) throw new Error(notAllowed(key));
    if (Object.hasOwn(made, key)) throw new Error(twice(key));
    made[key] = evaluator.run(valueNode, context);
  }
  return made;
}

function keyOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new Error('a key of a map is text, a number or a boolean');
}

const notAllowed = (key: string): string => `the key "${key}" is not allowed`;
const twice = (key: string): string => `the key "${key}" stands twice in a map`;
