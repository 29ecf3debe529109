import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reachability, sortSteps, type Node } from './topology.ts';

const placesOf = (nodes: readonly Node[]) => new Map(nodes.map((node, place) => [node.step_id, place]));
const sorted = (nodes: readonly Node[]) => sortSteps(nodes, placesOf(nodes));

it('sorts a chain of 10,000, forwards and backwards', () => {
  const chain = Array.from({ length: 10_000 }, (_, place): Node => ({
    step_id: `s${place}`,
    needs: place === 0 ? [] : [`s${place - 1}`],
  }));
  expect(sorted(chain)).toEqual({ order: chain.map((_, place) => place) });
  expect(sorted(chain.toReversed())).toEqual({ order: chain.map((_, place) => 9_999 - place) });
});

it('names a cycle, wherever the steps that lead to it begin', () => {
  expect(sorted([{ step_id: 'a', needs: ['a'] }])).toEqual({ cycle: ['a', 'a'] });
  const nodes = [
    { step_id: 'x', needs: ['a'] },
    { step_id: 'a', needs: ['free', 'b'] },
    { step_id: 'b', needs: ['a'] },
    { step_id: 'free', needs: [] },
  ];
  expect(sorted(nodes)).toEqual({ cycle: ['a', 'b', 'a'] });
  const ring = Array.from({ length: 10_000 }, (_, place): Node => ({
    step_id: `s${place}`,
    needs: [`s${(place + 1) % 10_000}`],
  }));
  expect((sorted(ring) as { cycle: string[] }).cycle.length).toBe(10_001);
});

const anyDag = fc.array(fc.array(fc.nat(200), { maxLength: 4 }), { minLength: 1, maxLength: 60 }).map((rows) =>
  rows.map((row, place): Node => ({
    step_id: `s${place}`,
    needs: [...new Set(place === 0 ? [] : row.map((need) => `s${need % place}`))],
  })),
);

it('puts every need before its step, and knows all that a step needs', { timeout: 60_000 }, () =>
  fc.assert(
    fc.property(anyDag, fc.infiniteStream(fc.nat(1_000)), (dag, chance) => {
      const nodes = dag
        .map((node) => [chance.next().value!, node] as const)
        .toSorted(([one], [other]) => one - other)
        .map(([, node]) => node);
      const places = placesOf(nodes);
      const { order } = sortSteps(nodes, places) as { order: number[] };
      const reaches = reachability(nodes, places, order);
      const ancestors = new Map<number, Set<number>>();
      for (const place of order) {
        const needs = nodes[place]!.needs.map((need) => places.get(need)!);
        expect(needs.every((need) => ancestors.has(need))).toBe(true);
        ancestors.set(place, new Set(needs.flatMap((need) => [need, ...ancestors.get(need)!])));
      }
      for (const [from, all] of ancestors) for (const to of order) expect(reaches(from, to)).toBe(all.has(to));
    }),
  ),
);
