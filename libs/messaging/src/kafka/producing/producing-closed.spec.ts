/** Over brokers that are made up: what becomes of records that are on their way when the log is closed. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { MadeUpCluster } from '../../testing/made-up-cluster.ts';
import { produces, producingTo } from '../../testing/made-up-producing.ts';
import { Leaders } from '../leaders.ts';
import { Producing } from './producing.ts';

/** Its only broker takes what it is asked, and answers nothing. */
function frozen() {
  const made = new MadeUpCluster(1, 1, 1);
  let asked = 0;
  const findBroker = made.cluster.findBroker.bind(made.cluster);
  made.cluster.findBroker = async (of) => {
    const broker = await findBroker(of);
    return {
      ...broker,
      produce: () => {
        asked += 1;
        return new Promise<never>(() => {});
      },
    };
  };
  return { made, count: () => asked, thaw: () => (made.cluster.findBroker = findBroker) };
}

it('gives up what is not acknowledged in time once it is closed, and sends nothing more', async () => {
  const { made, count } = frozen();
  const producing = producingTo(made);
  const sent = producing.send(produces);
  await expect.poll(count).toBe(1);
  producing.hurry(20);
  await expect(sent).rejects.toThrow('it is being closed, and nothing was acknowledged within 20 ms');
  await expect(producing.send(produces)).rejects.toThrow('it is being closed');
  expect(count()).toBe(1);
});

it('does not wait out a back-off when it is given up, and then asks the cluster nothing more', async () => {
  const made = new MadeUpCluster(1, 1, -1);
  const producing = new Producing(made.cluster, new Leaders(made.cluster), () => {}, {
    firstMs: 600_000,
    mostMs: 600_000,
    retries: 3,
  });
  const sent = producing.send(produces);
  await expect.poll(() => made.written).toHaveLength(2);
  producing.hurry(20);
  await expect(sent).rejects.toThrow('it is being closed');
  await producing.ended();
});

it('finishes what is acknowledged in time, though it is being closed', async () => {
  const { made, count, thaw } = frozen();
  const producing = producingTo(made);
  const sent = producing.send(produces.slice(0, 1));
  await expect.poll(count).toBe(1);
  thaw();
  producing.hurry(60_000);
  expect(await producing.send(produces.slice(1))).toEqual([101, 102]);
  producing.hurry(1);
  await expect(sent).rejects.toThrow('within 1 ms');
});

it('sends nothing of what was given up when its broker is found at last', async () => {
  const made = new MadeUpCluster(1, 1, 1);
  const findBroker = made.cluster.findBroker.bind(made.cluster);
  const frozen = Promise.withResolvers<void>();
  made.cluster.findBroker = (of) => frozen.promise.then(() => findBroker(of));
  const producing = producingTo(made);
  const sent = producing.send(produces);
  producing.hurry(20);
  await expect(sent).rejects.toThrow('it is being closed');
  frozen.resolve();
  await producing.ended();
  expect(made.produces).toEqual([]);
});

it('has not ended before the look at the cluster for which no append waited', async () => {
  const made = new MadeUpCluster(1, 1, 1);
  const producing = producingTo(made);
  await producing.send(produces);
  const look = Promise.withResolvers<void>();
  made.cluster.refreshMetadataIfNecessary = () => look.promise;
  Object.assign(made.cluster.brokerPool, { metadataExpireAt: 1 });
  await producing.send(produces);
  let hasEnded = false;
  const ended = producing.ended().then(() => (hasEnded = true));
  await new Promise(setImmediate);
  expect(hasEnded).toBe(false);
  look.reject(new Error('Connection ended'));
  await ended;
});

it('gives up with one that takes too long all others, whenever they were sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { made, count } = frozen();
  const producing = producingTo(made);
  producing.hurry(20);
  const first = producing.send(produces.slice(0, 1)).catch(String);
  vi.advanceTimersByTime(15);
  const other = producing.send(produces.slice(1)).catch(String);
  await new Promise(setImmediate);
  expect(count()).toBe(2);
  vi.advanceTimersByTime(5);
  expect(await Promise.all([first, other])).toEqual(Array(2).fill(expect.stringContaining('within 20 ms')));
});

it('gives up nothing on account of what was acknowledged in time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const producing = producingTo(new MadeUpCluster(1, 1, 1));
  producing.hurry(20);
  await producing.send(produces);
  vi.advanceTimersByTime(20);
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
});

it('limits what is sent while it is being closed', async () => {
  const { made } = frozen();
  const producing = producingTo(made);
  producing.hurry(20);
  await expect(producing.send(produces)).rejects.toThrow('within 20 ms');
});
