/** `npm run sim -- --seeds N --seed S [--bug NAME] [--history]`: exit code 0 only if every invariant holds in every history, 2 when it was called wrongly. */
import { parseArgs } from 'node:util';
import { bugNames, type BugName } from './planted-bugs.ts';
import { describeFailure, describeSummary, missingFaults, plantOf, Totals } from './report.ts';
import { runWorld, runWorldTwice } from './run-world.ts';
import { Watchdog } from './watchdog.ts';

class Misuse extends Error {}

const usage = `npm run sim -- --seeds N --seed S [--bug ${bugNames.join('|')}] [--history]`;

interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly bug: BugName | undefined;
  readonly history: boolean;
}

const mostFailures = 5;
/** As many seeds as it takes to see every kind of fault. */
const fullRun = 2_000;
/** One seed in so many is run twice, to see that its history is the same. */
const repeatEvery = 50;

try {
  process.exitCode = await main(readOptions());
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(`sim: ${error.message} Usage: ${usage}`);
  process.exitCode = 2;
}

async function main(options: Options): Promise<number> {
  const { seeds, first } = options;
  const totals = new Totals();
  const watchdog = new Watchdog(plantOf(options.bug));
  for (let seed = first; seed < first + seeds && totals.failures < mostFailures; seed += 1) {
    watchdog.begins(seed);
    await runSeed(seed, options, totals);
  }
  const missing = seeds >= fullRun && totals.failures === 0 ? missingFaults(totals) : [];
  for (const kind of missing) console.error(`The fault "${kind}" never occurred in ${seeds} seeds.`);
  console.log(describeSummary(totals, first));
  return totals.failures + missing.length === 0 ? 0 : 1;
}

async function runSeed(seed: number, { bug, history }: Options, totals: Totals): Promise<void> {
  const world = await (seed % repeatEvery === 0 ? runWorldTwice(seed, bug) : runWorld(seed, bug));
  totals.add(world);
  if (history) console.log(world.history.last(Infinity).join('\n'));
  if (world.watch.violation) console.error(describeFailure(world, bug));
}

/** Throws `Misuse`. `seed` is that of the first history; fresh ones by default. `history` prints all of every history. */
function readOptions(): Options {
  const { seeds, seed, bug, history } = parsed();
  return {
    seeds: atLeastOne(whole(seeds, 'seeds')),
    first: seed === undefined ? Math.floor(Date.now() / 1000) % 1_000_000_000 : whole(seed, 'seed'),
    bug: bug === undefined ? undefined : bugNamed(bug),
    history,
  };
}

function parsed(): { seeds: string; seed?: string; bug?: string; history: boolean } {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string', default: '2000' },
        seed: { type: 'string' },
        bug: { type: 'string' },
        history: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Misuse(`${(error as Error).message}.`);
  }
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Misuse(`--${name} must be a whole number, not ${text}.`);
  return value;
}

function atLeastOne(seeds: number): number {
  if (seeds === 0) throw new Misuse('--seeds must be at least 1: without one nothing is shown.');
  return seeds;
}

function bugNamed(name: string): BugName {
  const known = bugNames.find((each) => each === name);
  if (!known) throw new Misuse(`There is no planted bug ${name}.`);
  return known;
}
