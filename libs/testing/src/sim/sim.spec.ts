import { describe, expect, it } from 'vitest';
import { bugNames, type BugName } from './planted-bugs.ts';
import { describeFailure } from './report.ts';
import { runWorld, runWorldTwice } from './run-world.ts';
import type { World } from './world.ts';

const minutes = 60_000;
const mostSeeds = 2_000;

describe('the simulator', () => {
  it(
    'finds nothing in the first 300 histories of the correct system',
    async () => {
      for (let seed = 1; seed <= 300; seed += 1) expect(failureOf(await runWorld(seed))).toBeUndefined();
    },
    10 * minutes,
  );

  it.each(bugNames)(
    'finds the planted bug %s',
    async (bug) => {
      expect(await firstSeedThatFinds(bug)).toBeLessThanOrEqual(mostSeeds);
    },
    10 * minutes,
  );

  it('tells the same history to the letter when a seed is run again', async () => {
    for (const seed of [3, 4, 5, 1_000_003]) expect(failureOf(await runWorldTwice(seed))).toBeUndefined();
  });

  it('tells another history for another seed', async () => {
    const [one, other] = [await runWorld(11), await runWorld(12)];
    expect(one.history.hash()).not.toBe(other.history.hash());
  });

  it('prints the promise, the seed, the command that repeats it and the end of the history', async () => {
    const seed = await firstSeedThatFinds('old-epoch-result');
    const text = describeFailure(await runWorld(seed, 'old-epoch-result'), 'old-epoch-result');
    expect(text).toContain(`BROKEN in seed ${seed}: What is applied to an activation`);
    expect(text).toContain(`npm run sim -- --seeds 1 --seed ${seed} --bug old-epoch-result`);
    expect(text.split('\n').filter((line) => line.includes(' ms  ')).length).toBeGreaterThan(10);
  });
});

async function firstSeedThatFinds(bug: BugName): Promise<number> {
  for (let seed = 1; seed <= mostSeeds; seed += 1) if ((await runWorld(seed, bug)).watch.violation) return seed;
  return Infinity;
}

const failureOf = (world: World): string | undefined => world.watch.violation && describeFailure(world);
