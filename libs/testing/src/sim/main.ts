/** `npm run sim -- --seeds N --seed S [--bug NAME] [--history]`: exit code 0 only if every invariant holds in every history. */
import { parseArgs } from 'node:util';
import { bugNames, type BugName } from './planted-bugs.ts';
import { describeFailure, describeSummary, missingFaults, Totals } from './report.ts';
import { runWorld, runWorldTwice } from './run-world.ts';
import { Watchdog } from './watchdog.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    /** Of the first history; fresh ones by default. */
    seed: { type: 'string' },
    bug: { type: 'string' },
    /** Prints all of every history. */
    history: { type: 'boolean', default: false },
  },
});

const mostFailures = 5;
/** As many seeds as it takes to see every kind of fault. */
const fullRun = 2_000;
/** One seed in so many is run twice, to see that its history is the same. */
const repeatEvery = 50;

process.exitCode = await main();

async function main(): Promise<number> {
  const seeds = whole(values.seeds, 'seeds');
  const first = values.seed === undefined ? Math.floor(Date.now() / 1000) % 1_000_000_000 : whole(values.seed, 'seed');
  const bug = values.bug === undefined ? undefined : bugNamed(values.bug);
  const totals = new Totals();
  const watchdog = new Watchdog();
  for (let seed = first; seed < first + seeds && totals.failures < mostFailures; seed += 1) {
    watchdog.begins(seed);
    await runSeed(seed, bug, totals);
  }
  const missing = seeds >= fullRun && totals.failures === 0 ? missingFaults(totals) : [];
  for (const kind of missing) console.error(`The fault "${kind}" never occurred in ${seeds} seeds.`);
  console.log(describeSummary(totals, first));
  return totals.failures + missing.length === 0 ? 0 : 1;
}

async function runSeed(seed: number, bug: BugName | undefined, totals: Totals): Promise<void> {
  const world = await (seed % repeatEvery === 0 ? runWorldTwice(seed, bug) : runWorld(seed, bug));
  totals.add(world);
  if (values.history) console.log(world.history.last(Infinity).join('\n'));
  if (world.watch.violation) console.error(describeFailure(world, bug));
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${text}.`);
  return value;
}

function bugNamed(name: string): BugName {
  const known = bugNames.find((each) => each === name);
  if (!known) throw new Error(`--bug must be one of ${bugNames.join(', ')}, not ${name}.`);
  return known;
}
