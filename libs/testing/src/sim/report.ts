/** What a run of the simulator tells a person. */
import { faultKinds, type FaultKind } from './faults.ts';
import type { World } from './world.ts';

const historyLines = 40;

export class Totals {
  seeds = 0;
  tasks = 0;
  events = 0;
  failures = 0;
  readonly faults = new Map<FaultKind, number>();
  private readonly begunAt = performance.now();

  add({ taskCount, watch, faults }: World): void {
    this.seeds += 1;
    this.tasks += taskCount;
    this.events += watch.logs.eventCount;
    if (watch.violation) this.failures += 1;
    for (const [kind, count] of faults.counts) this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
  }

  get seconds(): number {
    return (performance.now() - this.begunAt) / 1000;
  }
}

export const missingFaults = ({ faults }: Totals): FaultKind[] => faultKinds.filter((kind) => !faults.has(kind));

/** What the command that repeats a seed ends with. */
export const plantOf = (bug?: string): string => (bug === undefined ? '' : ` --bug ${bug}`);

export function describeFailure({ seed, watch, history }: World, bug?: string): string {
  const { promise, detail, planId } = watch.violation!;
  return [
    '',
    `BROKEN in seed ${seed}: ${promise}`,
    `  ${planId === undefined ? '' : `${planId}: `}${detail}`,
    `  repeat: npm run sim -- --seeds 1 --seed ${seed}${plantOf(bug)}`,
    ...history.last(historyLines, planId).map((line) => `    ${line}`),
    '',
  ].join('\n');
}

export function describeSummary(totals: Totals, first: number): string {
  const { seeds, tasks, events, failures, faults, seconds } = totals;
  let count = 0;
  for (const each of faults.values()) count += each;
  const kinds = faultKinds.map((kind) => `  ${String(faults.get(kind) ?? 0).padStart(8)}  ${kind}`);
  const summary = `${seeds} seeds from ${first}, ${tasks} tasks, ${events} events, ${count} faults, ${failures} failures, ${seconds.toFixed(1)} s`;
  return [`Injected:`, ...kinds, summary].join('\n');
}
