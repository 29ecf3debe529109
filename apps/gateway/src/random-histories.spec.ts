/**
 * Random histories of gateways: tasks whose records come late and again, tasks that leave the memory, readers that restart, reads that race with
 * projections, streams that resume elsewhere. One seed is one history, to the letter; `testing/histories/` says what has to hold.
 *
 * Many, or one that failed: `HISTORY=first-seed HISTORIES=how-many npx vitest run --project unit apps/gateway/src/random-histories.spec.ts`
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HeardTokens } from './domain/heard-tokens.ts';
import { LiveTask } from './domain/live-task.ts';
import { openDatabase, runHistory } from './testing/histories/run-history.ts';
import type { Database } from './testing/histories/simulated-gateway.ts';
import { FreshReads } from './use-cases/fresh-reads.ts';

const { HISTORY = '1', HISTORIES = '30' } = process.env;
const seedsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at);
const hours = 3_600_000;

describe('histories of gateways', () => {
  let database: Database;
  beforeAll(async () => void (database = await openDatabase()));
  afterAll(() => database.source.destroy());
  afterEach(() => vi.restoreAllMocks());

  it(
    'show each event once and in order and no state that goes back, end, and hold no more than they may',
    { timeout: 24 * hours },
    async () => {
      for (const seed of seedsFrom(Number(HISTORY), Number(HISTORIES))) {
        const { judge, circumstances } = await runHistory(seed, database);
        const again = `HISTORY=${seed} HISTORIES=1 npx vitest run --project unit apps/gateway/src/random-histories.spec.ts`;
        expect(judge.violation, `${again}\n${JSON.stringify(circumstances)}`).toBeUndefined();
      }
    },
  );

  it('are the same when a seed is run again', async () => {
    const [one, other] = [await runHistory(7, database), await runHistory(7, database)];
    expect(one.judge.counts).toEqual(other.judge.counts);
    expect([one.timeline.steps, one.timeline.now]).toEqual([other.timeline.steps, other.timeline.now]);
  });

  it.each([
    ['reads that are not fresh', () => vi.spyOn(FreshReads.prototype, 'wait').mockResolvedValue()],
    ['tokens that come again', () => vi.spyOn(HeardTokens.prototype, 'take').mockReturnValue(true)],
    ['streams that are not told', () => vi.spyOn(LiveTask.prototype, 'tell').mockReturnValue()],
  ])('find %s', async (_, plant) => {
    plant();
    let seed = 1;
    while (seed < 50 && (await runHistory(seed, database)).judge.violation === undefined) seed += 1;
    expect(seed).toBeLessThan(50);
  });
});
