/**
 * One workload with equal final states: what the simulator makes of a seed (tasks, budgets, deadlines, cancels, and what agents answer: completed, suspended on
 * searches, failed for now or for good, never, too late, twice) is played with the real orchestrator on SQLite, then on Kafka and PostgreSQL; on each an orchestrator is replaced meanwhile.
 *
 * Compared of every task: the digest of its plan before its terminal event and after it, folded from `plan.events` alone; the terminal event; the events of
 * each step to the letter; the verdict on its cancel; and the digest of what the store answers with that of the log.
 * Normalised: `seq`, and with it the order among steps, because answers that come at the same time race (the two stages get them in opposite orders).
 * Nothing else: ids are the workload's, the clock stands still unless nothing can happen (so times are equal), and jitter is half of what it may be.
 * Held apart, so that the outcome is not chance: of answers that come at the same time those that may end a task, or that a budget counts, are given one by
 * one. Every step has a time-out of its own, because those that time out together spread their jitter by the order in which they were dispatched.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planEventTypes } from '@waybill/contracts';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { finalStateOf, orderOf, storedDigests, type FinalState } from '../support/final-states.ts';
import { Play } from '../support/play.ts';
import { SeededAnswers } from '../support/seeded-answers.ts';
import { embeddedStage, serversStage, type Stage } from '../support/stage.ts';
import { freshIdSuffix, workloadOf } from '../support/workload.ts';

const fixedSeeds = [1, 2, 3, 4];
/** `WAYBILL_SEED` plays a seed that was printed. */
const freshSeed = Number(process.env['WAYBILL_SEED'] ?? randomInt(2 ** 31));
const startsAt = Math.ceil(Date.now() / 1_000) * 1_000;
const seedMs = 3_600_000;

const dataDir = mkdtempSync(join(tmpdir(), 'waybill-equal-'));
const stages: Stage[] = [];
/** Types of events. */
const seen = new Set<string>();
let tasksThatRaced = 0;

interface Performance {
  readonly states: Readonly<Record<string, FinalState>>;
  readonly orders: ReadonlyMap<string, string>;
  readonly ms: number;
}

beforeAll(async () => {
  stages.push(await embeddedStage(dataDir, startsAt));
  stages.push(await serversStage(startsAt));
});
afterAll(async () => {
  for (const stage of stages.toReversed()) await stage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it.each([...fixedSeeds, freshSeed].map((seed, nth) => ({ seed, begins: startsAt + (nth + 1) * seedMs })))(
  'ends in the same states on both: seed $seed',
  async ({ seed, begins }) => {
    const idSuffix = freshIdSuffix(seed);
    const workload = workloadOf(seed, begins, idSuffix);
    const perform = (stage: Stage) => playOn(stage, new Play(stage, workload, new SeededAnswers(seed, idSuffix)));
    stages.forEach(({ clock }) => clock.moveTo(begins));
    const [embedded, servers] = [await perform(stages[0]!), await perform(stages[1]!)];
    expect(servers.states).toStrictEqual(embedded.states);
    const raced = [...servers.orders].filter(([taskId, order]) => embedded.orders.get(taskId) !== order).length;
    tasksThatRaced += raced;
    const tasks = `${workload.length} tasks, ${raced} of them with events in another order`;
    console.log(
      `Seed ${seed}: ${tasks}; ${embedded.ms.toFixed(0)} ms on SQLite, ${servers.ms.toFixed(0)} ms on servers`,
    );
  },
);

it('has met every type of event, and answers that raced', () => {
  expect([...seen].toSorted()).toEqual(planEventTypes.toSorted());
  expect(tasksThatRaced).toBeGreaterThan(0);
});

async function playOn(stage: Stage, play: Play): Promise<Performance> {
  const begun = performance.now();
  onTestFailed(() => console.log(play.describe()));
  const [tasks] = await Promise.all([play.run(), play.underWay.then(() => stage.replaceOrchestrator())]);
  const ms = performance.now() - begun;
  const states = Object.fromEntries([...tasks].map(([taskId, task]) => [taskId, finalStateOf(task)]));
  for (const { events } of tasks.values()) for (const { type } of events) seen.add(type);
  const folded = Object.fromEntries(Object.entries(states).map(([taskId, { digests }]) => [taskId, digests[1]]));
  expect(await storedDigests(stage.store, Object.keys(states))).toEqual(folded);
  return { states, orders: new Map([...tasks].map(([taskId, task]) => [taskId, orderOf(task)])), ms };
}
