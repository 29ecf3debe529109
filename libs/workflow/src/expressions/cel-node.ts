/** What of the CEL library's syntax tree (8.0.0, pinned) is read here, and a walk over all of it, macros included. */

export interface CelEvaluator {
  run(node: CelNode, context: unknown): unknown;
}
export interface CelNode {
  readonly op: string;
  readonly args: unknown;
  readonly meta: { readonly alternate?: CelNode; readonly macro?: unknown };
  /** Bound by the type check: the node's own work, once its operands are known. */
  handle(...operands: unknown[]): unknown;
  evaluate(evaluator: CelEvaluator, node: CelNode, context: unknown): unknown;
}

export const isCelNode = (value: unknown): value is CelNode =>
  typeof value === 'object' && value !== null && typeof (value as CelNode).op === 'string' && 'meta' in value;

/** Every node once, parents first: as written, and as macros expand to. Depth is bounded by the length of an expression. */
export function visitNodes(root: CelNode, visit: (node: CelNode) => void): void {
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (isCelNode(value)) {
      visit(value);
      walk(value.args);
      walk(value.meta.alternate);
      walk(value.meta.macro);
    } else if (Array.isArray(value)) {
      for (const each of value) walk(each);
    } else if (Object.getPrototypeOf(value) === Object.prototype) {
      for (const each of Object.values(value)) walk(each);
    }
  };
  walk(root);
}
