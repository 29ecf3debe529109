/** A leader that is frozen: it takes what it is asked to write, and answers nothing. */
import type { Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MadeUpCluster, refusal } from '../../testing/made-up-cluster.ts';
import { produces, producingTo } from '../../testing/made-up-producing.ts';

/** Broker 1. `looks`: what becomes of looks at the cluster, one after the other; the others are answered. */
function frozen(made: MadeUpCluster, looks: (() => Promise<void>)[] = []) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const seen = { brokenOff: [] as string[], asked: 0, looks: 0 };
  const findBroker = made.cluster.findBroker.bind(made.cluster);
  made.cluster.findBroker = async (of) => {
    const broker = await findBroker(of);
    if (of.nodeId !== 1) return broker;
    const silence = Promise.withResolvers<never>();
    const destroy = (why?: Error): void => {
      seen.brokenOff.push(String(why?.message));
      silence.reject(refusal('KafkaJSConnectionError'));
    };
    const pool = [{ socket: { destroy } as unknown as Socket, rejectRequests: () => {}, disconnect: async () => {} }];
    const produce = (): Promise<never> => {
      seen.asked += 1;
      return silence.promise;
    };
    return { ...broker, connectionPool: { pool }, produce };
  };
  made.cluster.brokerPool.refreshMetadata = () => {
    seen.looks += 1;
    return (looks.shift() ?? made.look)();
  };
  return seen;
}

it('is broken off once others lead what it was asked to write, which is sent to them', async () => {
  const made = new MadeUpCluster(1, 1, 2);
  const silent = (): Promise<never> => new Promise(() => {});
  const endless = (): Promise<never> => made.look().then(silent); // the client lets go of a broker, and waits for it
  const seen = frozen(made, [silent, () => Promise.reject(new Error('no look')), endless]);
  const sent = producingTo(made).send(produces);
  await vi.advanceTimersByTimeAsync(500);
  made.leaders[0] = 2;
  made.leaders[1] = 3;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(seen).toEqual({ brokenOff: [], asked: 1, looks: 3 });
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await sent).toEqual([200, 301, 202]);
  expect(seen).toMatchObject({ asked: 1, looks: 3 });
  expect(seen.brokenOff).toEqual(['no answer to what was to be written, and others lead by now']);
  expect(made.written).toEqual(['of 2 at 2', 'of 0 at 2', 'of 1 at 3']);
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ['leads', [1, 2, 2]],
  ['led what nobody leads', [-1, 2, 2]],
])('is waited for where it still %s', async (_, leaders) => {
  const made = new MadeUpCluster(1, 1, 2);
  const seen = frozen(made);
  const producing = producingTo(made);
  const sent = producing.send(produces).catch((error: unknown) => String(error));
  await vi.advanceTimersByTimeAsync(500);
  leaders.forEach((leader, partition) => (made.leaders[partition] = leader));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen).toEqual({ brokenOff: [], asked: 1, looks: 20 });
  producing.hurry(10);
  await vi.advanceTimersByTimeAsync(10);
  expect(await sent).toContain('it is being closed');
});
