/**
 * Bounds what one evaluation may cost, whatever its author wrote: loops, joins and comparisons draw on it in advance, in proportion to
 * the nodes they visit. It counts operations and reads no clock, so the same expression over the same data stops at the same place everywhere.
 */
import { inCharacters } from './characters.ts';
import { visitNodes, type CelEvaluator, type CelNode } from './cel-node.ts';

/** About as many nodes as fit in one record; a tenth of a second at most. */
const fullTank = 1_000_000;

/** One object, without a stack: a loop whose body runs dry meets it once an item. */
const outOfFuel = new Error('it takes too many operations');

let left = fullTank;

/** Evaluation is synchronous and never nests, so one tank serves all. */
export function refuel(): void {
  left = fullTank;
}

export function burn(amount: number): void {
  left -= amount;
  if (left < 0) throw outOfFuel;
}

/** Puts meters into a tree that was checked. Member paths, literals and plain operators stay as they are. */
export function meter(root: CelNode): void {
  visitNodes(root, (node) => {
    const metered = meterOf(node);
    if (metered) node.evaluate = metered;
  });
}

function meterOf(node: CelNode): CelNode['evaluate'] | undefined {
  if (node.meta.alternate || node.meta.macro !== undefined) return undefined;
  switch (node.op) {
    case 'comprehension':
      return loopMeter(node);
    case '+':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
      return binaryMeter;
    case 'call':
      return (evaluator, call, context) => {
        const [, rest] = call.args as [string, CelNode[]];
        return paid(call.handle(operands(evaluator, rest, context), call, evaluator));
      };
    case 'rcall':
      return (evaluator, call, context) => {
        const [name, receiver, rest] = call.args as [string, CelNode, CelNode[]];
        const values = operands(evaluator, [receiver, ...rest], context);
        if (searching.has(name)) burnSearch(name, values);
        if (name === 'join' && Array.isArray(values[0])) for (const text of values[0]) burn(1 + lengthOf(text));
        return paid(inCharacters(name, values, (given) => call.handle(given, evaluator, call)));
      };
    default:
      return undefined;
  }
}

function loopMeter(loop: CelNode): CelNode['evaluate'] {
  const { iterable, step } = loop.args as { iterable: CelNode; step: CelNode };
  let bodySize = 0;
  visitNodes(step, () => (bodySize += 1));
  return (evaluator, node, context) => {
    const items = evaluator.run(iterable, context);
    burn(bodySize * lengthOf(items));
    return node.handle(items, node.args, evaluator, context);
  };
}

function binaryMeter(evaluator: CelEvaluator, node: CelNode, context: unknown): unknown {
  const [leftNode, rightNode] = node.args as [CelNode, CelNode];
  const first = evaluator.run(leftNode, context);
  const second = evaluator.run(rightNode, context);
  if (node.op === '+') burn(lengthOf(first) + lengthOf(second));
  else if (node.op === 'in' || (isObject(first) && isObject(second))) burnAll(second);
  else if (typeof first === 'string') burn(Math.min(lengthOf(first), lengthOf(second)));
  return node.handle(first, second, node, evaluator);
}

/** They look for one text in another. */
const searching: ReadonlySet<string> = new Set(['contains', 'indexOf', 'lastIndexOf', 'split']);
/** Shorter ones are found in linear time, from the front at least. Of longer ones the engine looks for the end, so long, and compares the rest where it finds that. */
const soughtChars = 250;
/** Of one such place, besides the characters. */
const placeCost = 16;

/** Where both texts are alike the engine compares them again at each place. */
function burnSearch(name: string, [text, sought]: readonly unknown[]): void {
  if (typeof text !== 'string' || typeof sought !== 'string') return;
  if (name === 'lastIndexOf') return burn((text.length * sought.length) / 128);
  if (sought.length <= soughtChars) return;
  const ending = sought.slice(-soughtChars);
  for (let at = text.indexOf(ending); at >= 0; at = text.indexOf(ending, at + 1)) burn(placeCost + sought.length / 128);
}

function operands(evaluator: CelEvaluator, nodes: readonly CelNode[], context: unknown): unknown[] {
  return nodes.map((node) => {
    const value = evaluator.run(node, context);
    burn(1 + lengthOf(value));
    return value;
  });
}

/** What a function made: `split` makes many of one. */
function paid(result: unknown): unknown {
  burn(lengthOf(result));
  return result;
}

/** Text counts a sixteenth: engines move it in words. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length >> 4;
  if (!isObject(value)) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** All the nodes below: what a comparison may visit. */
function burnAll(value: unknown): void {
  burn(1 + lengthOf(value));
  if (!isObject(value)) return;
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) burnAll(member);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
