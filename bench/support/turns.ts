/**
 * This checkout beside another one, by turns of a few hundred tasks: what a shared machine does to one it does to the other a moment later.
 * A checkout beside itself shows how far from 1 a ratio must be to say something.
 */
import { percentile, round } from './figures.ts';
import type { BenchPlatform } from './platforms.ts';
import { nextId, pool, type Figures } from './workloads.ts';
import type { BenchWorkflow } from './workflows.ts';

export interface Turns {
  readonly workflow: BenchWorkflow;
  readonly concurrency: number;
  /** Of one turn. */
  readonly tasks: number;
  readonly turns: number;
}
interface Turn {
  readonly ms: number;
  readonly cpu: number;
}

/** Ratios are this checkout's figure to the other's in neighbouring turns: below 1 this one is faster. Times in ms for a task. */
export async function byTurns(here: BenchPlatform, there: BenchPlatform, how: Turns): Promise<Figures> {
  for (const platform of [here, there]) await turn(platform, how);
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  for (let count = 0; count < how.turns; count += 1) {
    const isOursFirst = count % 2 === 0;
    if (isOursFirst) ours.push(await turn(here, how));
    theirs.push(await turn(there, how));
    if (!isOursFirst) ours.push(await turn(here, how));
  }
  const ratios = ours.map(({ ms }, at) => ms / theirs[at]!.ms);
  return {
    ms: median(ours.map(({ ms }) => ms)),
    ms_other: median(theirs.map(({ ms }) => ms)),
    time_ratio: median(ratios),
    time_ratio_p20: round(percentile(ratios, 0.2)),
    time_ratio_p80: round(percentile(ratios, 0.8)),
    cpu_ratio: median(ours.map(({ cpu }, at) => cpu / theirs[at]!.cpu)),
  };
}

async function turn({ client, cpu }: BenchPlatform, { workflow, concurrency, tasks }: Turns): Promise<Turn> {
  const cpuBefore = cpu();
  const begun = performance.now();
  await pool(tasks, concurrency, async () => void (await client.run(workflow, nextId())));
  return { ms: (performance.now() - begun) / tasks, cpu: (cpu() - cpuBefore) / tasks };
}

const median = (values: readonly number[]): number => round(percentile(values, 0.5));
