/**
 * What an expression refers to, read from its syntax: which steps, which functions, and whether it is no more than a member path.
 * Promises: after this check an expression can reach `input`, its own variables and `steps.<id>.output` of the named steps, nothing else;
 * what it writes out is JSON that the record can hold.
 */
import { isText } from '@waybill/contracts';
import { isCelNode, visitNodes, type CelNode } from './cel-node.ts';
import { allowedFunctions } from './environment.ts';
import { keyProblem } from './map-literals.ts';

/** `input.a.b` or `steps.x.output.a[0]`: `step` is undefined for the input. */
export interface MemberPath {
  readonly step: string | undefined;
  readonly keys: readonly (string | number)[];
}

export interface References {
  readonly steps: readonly string[];
  readonly path: MemberPath | undefined;
}

/** Answers a sentence when the expression uses something that it may not use. */
export function readReferences(root: CelNode): References | string {
  const steps = new Set<string>();
  const reached = new Set<CelNode>();
  const problems: string[] = [];
  visitNodes(root, (node) => {
    const found = stepOutput(node);
    if (found) {
      steps.add(found.step);
      reached.add(found.variable);
    }
    const problem = problemOf(node, reached);
    if (problem !== undefined) problems.push(problem);
  });
  return problems[0] ?? { steps: [...steps], path: memberPath(root) };
}

/** `steps.x.output` and `steps["x"].output`; parents are visited first, so the variable is known before it is met. */
function stepOutput(node: CelNode): { step: string; variable: CelNode } | undefined {
  if (node.op !== '.') return undefined;
  const [named, field] = node.args as [CelNode, string];
  if (field !== 'output' || (named.op !== '.' && named.op !== '[]')) return undefined;
  const [variable, key] = named.args as [CelNode, string | CelNode];
  if (variable.op !== 'id' || variable.args !== 'steps') return undefined;
  const step = isCelNode(key) ? literal(key) : key;
  return typeof step === 'string' ? { step, variable } : undefined;
}

function problemOf(node: CelNode, reached: ReadonlySet<CelNode>): string | undefined {
  switch (node.op) {
    case 'id':
      if (node.args !== 'steps' || reached.has(node)) return undefined;
      return 'a step is reached by `steps.<id>.output` or `steps["<id>"].output` with its literal id only';
    case 'call':
    case 'rcall': {
      const name = (node.args as [string])[0];
      return allowedFunctions.has(name) ? undefined : `there is no function ${name}()`;
    }
    case 'value':
      return literalProblem(node.args);
    case 'map':
      return keyProblem(node);
    default:
      return undefined;
  }
}

function literalProblem(value: unknown): string | undefined {
  if (typeof value === 'string')
    return isText(value) ? undefined : 'text has no NUL character and no half of a surrogate pair';
  return typeof value === 'object' && value !== null ? 'bytes and unsigned numbers are not JSON' : undefined;
}

function memberPath(root: CelNode): MemberPath | undefined {
  const keys: (string | number)[] = [];
  let node = root;
  while (node.op === '.' || node.op === '[]') {
    const [left, right] = node.args as [CelNode, string | CelNode];
    const key = isCelNode(right) ? literal(right) : right;
    if (typeof key === 'bigint') keys.push(Number(key));
    else if (typeof key === 'string') keys.push(key);
    else return undefined;
    node = left;
  }
  if (node.op !== 'id') return undefined;
  keys.reverse();
  if (node.args === 'input') return { step: undefined, keys };
  return node.args === 'steps' ? { step: String(keys[0]), keys: keys.slice(2) } : undefined;
}

const literal = (node: CelNode): unknown => (node.op === 'value' ? node.args : undefined);
