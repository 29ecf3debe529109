import { expect, it } from 'vitest';
import { PlatformError, type IncomingMessage } from '@waybill/contracts';
import { ManualClock, quiet } from '@waybill/testing';
import { Attempts } from './attempts.ts';
import type { DeadLetter } from './dead-letters.ts';

const message: IncomingMessage = {
  topic: 'tasks.a',
  partition: 0,
  offset: 3,
  timestamp: 0,
  key: 'k',
  headers: {},
  value: 'work',
};
const [minute, hour] = [60_000, 3_600_000];

/** Every attempt fails with what `error` is just then; undefined: it succeeds. */
function setup(first: unknown) {
  const clock = new ManualClock();
  const dead: DeadLetter[] = [];
  const state = { error: first };
  const attempts = new Attempts({
    consumer: 'agent-node',
    maxAttempts: 5,
    backoff: { initialMs: 200, factor: 2, maxMs: 10_000 },
    clock,
    random: () => 0.99,
    handle: () => (state.error === undefined ? undefined : Promise.reject(state.error as Error)),
    onDeadLetter: (letter) => Promise.resolve(void dead.push(letter)),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10_000) {
      clock.advance(Math.min(left, 10_000));
      await quiet(5);
    }
  };
  return { state, dead, pass, finished: attempts.run(message) };
}

it('waits for the log however long it cannot be written: the record is not to blame, and its dead letter would go there too', async () => {
  const { state, dead, pass, finished } = setup(new PlatformError('log_unavailable'));
  await pass(5 * hour);
  expect(dead).toEqual([]);
  state.error = undefined;
  await pass(minute);
  await expect(finished).resolves.toBe(true);
  expect(dead).toEqual([]);
});

it('waits an hour for another store that is away, and then gives up', async () => {
  const { dead, pass, finished } = setup(new PlatformError('unavailable'));
  await pass(hour - minute);
  expect(dead).toEqual([]);
  await pass(2 * minute);
  await expect(finished).resolves.toBe(true);
  expect(dead.map(({ failure }) => failure.code)).toEqual(['unavailable']);
});

it('counts only failures that may be of the record: an outage before takes none of its attempts', async () => {
  const { state, dead, pass } = setup(new PlatformError('log_unavailable'));
  await pass(10 * minute);
  state.error = new PlatformError('model_failed');
  await pass(20_000);
  expect(dead).toEqual([]);
  await pass(minute);
  expect(dead.map(({ failure }) => failure.code)).toEqual(['model_failed']);
});
