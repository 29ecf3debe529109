/**
 * The order of a DAG, by Kahn's algorithm, and its cycle when it is none.
 * Promises: linear in steps and needs, no recursion, so a chain of any depth is as good as any; the order is stable (by place in the definition).
 */
export interface Node {
  readonly step_id: string;
  readonly needs: readonly string[];
}

export type Topology = { readonly order: readonly number[] } | { readonly cycle: readonly string[] };

/** Every need must name a node; `places` is the index of each. */
export function sortSteps(nodes: readonly Node[], places: ReadonlyMap<string, number>): Topology {
  const missing = nodes.map((node) => node.needs.length);
  const neededBy: number[][] = nodes.map(() => []);
  for (const [place, node] of nodes.entries()) for (const need of node.needs) neededBy[places.get(need)!]!.push(place);
  const order: number[] = [];
  for (const [place, count] of missing.entries()) if (count === 0) order.push(place);
  for (let next = 0; next < order.length; next += 1) {
    for (const place of neededBy[order[next]!]!) {
      missing[place]! -= 1;
      if (missing[place] === 0) order.push(place);
    }
  }
  return order.length === nodes.length ? { order } : { cycle: findCycle(nodes, places, missing) };
}

/** What Kahn leaves over always has a need that is left over too: walk such needs until one comes again. */
function findCycle(nodes: readonly Node[], places: ReadonlyMap<string, number>, missing: readonly number[]): string[] {
  const isLeft = (id: string): boolean => missing[places.get(id)!]! > 0;
  const path: string[] = [];
  const seenAt = new Map<string, number>();
  let id = nodes.find((node) => isLeft(node.step_id))!.step_id;
  while (!seenAt.has(id)) {
    seenAt.set(id, path.length);
    path.push(id);
    id = nodes[places.get(id)!]!.needs.find(isLeft)!;
  }
  return [...path.slice(seenAt.get(id)), id];
}

/** Whether one step is reached from another by needs; built once, a row of bits a step. */
export function reachability(
  nodes: readonly Node[],
  places: ReadonlyMap<string, number>,
  order: readonly number[],
): (from: number, to: number) => boolean {
  const words = (nodes.length + 31) >> 5;
  const rows = new Uint32Array(nodes.length * words);
  for (const place of order) {
    for (const need of nodes[place]!.needs) {
      const needed = places.get(need)!;
      for (let word = 0; word < words; word += 1) rows[place * words + word]! |= rows[needed * words + word]!;
      rows[place * words + (needed >> 5)]! |= 1 << (needed & 31);
    }
  }
  return (from, to) => (rows[from * words + (to >> 5)]! & (1 << (to & 31))) !== 0;
}
