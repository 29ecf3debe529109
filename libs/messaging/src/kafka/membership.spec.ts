import type { Consumer } from 'kafkajs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { refusalOf } from './client/refusals.ts';
import { keepRunning, subscribe } from './membership.ts';

/** A consumer that only notes when it was begun. */
function crashing() {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  onTestFinished(() => void vi.useRealTimers());
  onTestFinished(() => void vi.restoreAllMocks());
  const heard = new Map<string, ((event: object) => void)[]>();
  const begun: number[] = [];
  const began = Date.now();
  const consumer = {
    events: { CRASH: 'crash', HEARTBEAT: 'heartbeat', GROUP_JOIN: 'join' },
    on: (name: string, listener: (event: object) => void) => heard.set(name, [...(heard.get(name) ?? []), listener]),
    run: async () => void begun.push(Date.now() - began),
  };
  const tell = (name: string): void => heard.get(name)?.forEach((listener) => listener({ payload: { error: 'no' } }));
  const started = keepRunning(consumer as unknown as Consumer, {
    isClosing: () => false,
    onTrouble: () => {},
  });
  return { started, begun, tell };
}

it('begins anew after a crash, each time later, though its group took it in', async () => {
  const { started, begun, tell } = crashing();
  await started;
  for (let crash = 0; crash < 4; crash += 1) {
    tell('join');
    tell('crash');
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(begun).toEqual([0, 100, 10_200, 20_400, 30_800]);
});

it('begins anew at once when it had been a member since', async () => {
  const { started, begun, tell } = crashing();
  await started;
  for (let crash = 0; crash < 3; crash += 1) {
    tell('heartbeat');
    tell('crash');
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(begun).toEqual([0, 100, 10_100, 20_100]);
});

describe('subscribing', () => {
  const to = { topics: ['document.requests'], fromBeginning: true };

  it('asks again while a broker does not know yet of a topic that was just made', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const unknown = refusalOf(3);
    const asked = vi.fn<() => Promise<void>>().mockRejectedValueOnce(unknown).mockRejectedValueOnce(unknown);
    const subscribed = subscribe({ subscribe: asked }, to, () => false);
    await vi.runAllTimersAsync();
    await subscribed;
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it('asks no more once it is to end, nor where it is refused for good', async () => {
    const asked = vi.fn<() => Promise<void>>().mockRejectedValue(refusalOf(3));
    await expect(subscribe({ subscribe: asked }, to, () => true)).rejects.toThrow('does not host');
    const forbidden = vi.fn<() => Promise<void>>().mockRejectedValue(refusalOf(29));
    await expect(subscribe({ subscribe: forbidden }, to, () => false)).rejects.toThrow('Not authorized');
    expect([asked.mock.calls.length, forbidden.mock.calls.length]).toEqual([1, 1]);
  });
});
