import { PlatformError } from '@waybill/contracts';
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { DeadLetter } from './dead-letters.ts';
import { WorkQueueConsumer } from './work-queue.consumer.ts';

const outageMs = 3_600_000;

/** A consumer of one record. `failWith`: what its handler says from now on; `wall.ahead`: how far the clock was set meanwhile. */
async function setup() {
  const clock = new ManualClock();
  const wall = { ahead: 0 };
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  const state: { error: Error | undefined; attempts: number } = { error: undefined, attempts: 0 };
  const dead: DeadLetter[] = [];
  const consumer = new WorkQueueConsumer({
    log,
    clock: { now: () => clock.now() + wall.ahead, after: (ms, callback) => clock.after(ms, callback) },
    random: () => 1,
    group: 'rag-indexer',
    topics: ['tasks.a'],
    outageMs,
    handle: () => {
      state.attempts += 1;
      if (state.error) throw state.error;
    },
    onDeadLetter: (letter) => Promise.resolve(void dead.push(letter)),
  });
  onTestFinished(() => void consumer.close());
  await consumer.start();
  const failWith = (error: Error | undefined): void => void (state.error = error);
  const attempts = (count: number) => until(() => state.attempts >= count, clock);
  return { clock, wall, state, dead, failWith, attempts, begin: () => log.append([record('tasks.a', 'k', 0)]) };
}

it.each(['unavailable', 'log_unavailable'] as const)('a server that is away uses up no attempts: %s', async (code) => {
  const { state, dead, failWith, attempts, begin } = await setup();
  failWith(new PlatformError(code));
  await begin();
  await attempts(20);
  failWith(undefined);
  await attempts(21);
  await quiet();
  expect([state.attempts, dead]).toEqual([21, []]);
});

it('what fails by itself afterwards has all its attempts', async () => {
  const { clock, dead, failWith, attempts, begin } = await setup();
  failWith(new PlatformError('unavailable'));
  await begin();
  await attempts(10);
  failWith(new Error('who knows'));
  await until(() => dead.length === 1, clock);
  expect(dead[0]).toMatchObject({ attempts: 15, failure: { class: 'bug' } });
});

it('a server that stays away is not waited for any longer than was said', async () => {
  const { clock, state, dead, failWith, attempts, begin } = await setup();
  failWith(new PlatformError('unavailable'));
  await begin();
  await attempts(3);
  clock.advance(outageMs);
  await attempts(4);
  await until(() => dead.length === 1, clock);
  expect([state.attempts, dead[0]!.failure.code]).toEqual([3 + 5, 'unavailable']);
});

it.each([-outageMs, outageMs])(
  'a server that is away is waited for as long as was said, whatever the clock is set by: %i ms',
  async (ahead) => {
    const { clock, wall, state, dead, failWith, attempts, begin } = await setup();
    failWith(new PlatformError('unavailable'));
    await begin();
    await attempts(3);
    wall.ahead = ahead;
    await attempts(20);
    expect([state.attempts, dead]).toEqual([20, []]);
    clock.advance(outageMs);
    await attempts(21);
    await until(() => dead.length === 1, clock);
    expect(state.attempts).toBe(20 + 5);
  },
);
