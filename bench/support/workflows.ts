/** The workflows of the benchmark: steps of the built-in `echo` agent that return about 200 bytes. */
const pad = 'x'.repeat(150);
const step = (id: string, needs: readonly string[] = []): object => ({
  agent: 'echo',
  needs,
  with: { ok: true, wf: '${{ input.id }}', step: id, pad },
});
const branches = Array.from({ length: 8 }, (_, index) => `p${index}`);

export const workflows = {
  bench_one: {
    steps: 1,
    definition: { name: 'bench_one', version: 1, steps: { s1: step('s1') }, output: '${{ steps.s1.output }}' },
  },
  bench_chain: {
    steps: 5,
    definition: {
      name: 'bench_chain',
      version: 1,
      steps: Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`s${i}`, step(`s${i}`, i > 1 ? [`s${i - 1}`] : [])])),
      output: '${{ steps.s5.output }}',
    },
  },
  bench_diamond: {
    steps: 10,
    definition: {
      name: 'bench_diamond',
      version: 1,
      steps: {
        start: step('start'),
        ...Object.fromEntries(branches.map((id) => [id, step(id, ['start'])])),
        join: step('join', branches),
      },
      output: '${{ steps.join.output }}',
    },
  },
} as const;
export type BenchWorkflow = keyof typeof workflows;
