/** What is given back when a consumer closes or loses a partition, and that nothing of it is begun. */
import { expect, it, onTestFinished } from 'vitest';
import { PlatformError } from '@waybill/contracts';
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import { BroadcastConsumer } from './broadcast.consumer.ts';
import { OwnedPartitionConsumer } from './owned-partition.consumer.ts';
import { WorkQueueConsumer, type WorkQueueOptions } from './work-queue.consumer.ts';

function setup() {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  onTestFinished(() => log.close());
  const begun: string[] = [];
  const common = { log, clock, random: () => 0.5, onDeadLetter: () => Promise.resolve() };
  const fails = { handle: ({ value }: { value: unknown }) => refuse(begun, value) };
  const workQueue = (options: Partial<WorkQueueOptions> = {}) =>
    new WorkQueueConsumer({ ...common, ...fails, group: 'agents', topics: ['work'], ...options });
  return { clock, log, begun, common, workQueue };
}

function refuse(begun: string[], value: unknown): Promise<never> {
  begun.push(String(value));
  return Promise.reject(new PlatformError('unavailable'));
}

it('begins nothing more of a key whose earlier record was given back', async () => {
  const { log, begun, workQueue } = setup();
  const consumer = workQueue({ orderedByKey: true });
  await consumer.start();
  await log.append([record('work', 'k', 1), record('work', 'k', 2)]);
  await until(() => begun.length === 1);
  await quiet();
  await consumer.close();
  await quiet();
  expect(begun).toEqual(['1']);
});

it('begins nothing of a partition that was taken away', async () => {
  const { log, begun, workQueue } = setup();
  const running = Promise.withResolvers<void>();
  const handle = ({ value }: { value: unknown }): Promise<void> => {
    begun.push(String(value));
    return running.promise;
  };
  const consumer = workQueue({ maxInFlight: 1, handle });
  const joined = Promise.withResolvers<Parameters<typeof log.expel>[0]>();
  const join = log.join.bind(log);
  log.join = async (options) => {
    const membership = await join(options);
    joined.resolve(membership);
    return membership;
  };
  await consumer.start();
  await log.append([1, 2, 3].map((n) => record('work', `k${n}`, n)));
  await until(() => begun.length === 1);
  log.join = join;
  await log.expel(await joined.promise);
  running.resolve();
  await quiet();
  expect(begun).toEqual(['1']);
  await consumer.close();
});

it('ends a broadcast during its back-off at once, and handles nothing after it', async () => {
  const { log, begun, common } = setup();
  const consumer = new BroadcastConsumer({
    ...common,
    name: 'signals',
    topics: ['signals'],
    from: 'start',
    backoff: { initialMs: 60_000, factor: 1, maxMs: 60_000 },
    handle: ({ value }) => refuse(begun, value),
  });
  await log.append([record('signals', 'k', 1), record('signals', 'k', 2)]);
  await consumer.start();
  await until(() => begun.length === 1);
  await quiet();
  await consumer.close();
  expect(begun).toEqual(['1']);
});

it('does not try to bury for ever what cannot be buried once it closes', async () => {
  const { clock, log, common } = setup();
  let burials = 0;
  const consumer = new WorkQueueConsumer({
    ...common,
    group: 'agents',
    topics: ['work'],
    handle: () => Promise.reject(new PlatformError('invalid_request')),
    onDeadLetter: () => {
      burials += 1;
      return Promise.reject(new Error('the dead letters are down'));
    },
  });
  await consumer.start();
  await log.append([record('work', 'k', 1)]);
  await until(() => burials === 2, clock);
  await consumer.close();
  const then = burials;
  await quiet();
  expect(burials).toBe(then);
});

it('ends a broadcast that is closed while it begins', async () => {
  const { log, begun, common } = setup();
  const held = Promise.withResolvers<void>();
  const tail = log.tail.bind(log);
  log.tail = async (options) => {
    await held.promise;
    return tail(options);
  };
  const handle = ({ value }: { value: unknown }) => refuse(begun, value);
  const onBatch = () => void begun.push('batch');
  const options = { name: 'signals', topics: ['signals'], from: 'start', handle, onBatch } as const;
  const consumer = new BroadcastConsumer({ ...common, ...options });
  const started = consumer.start();
  await consumer.close();
  held.resolve();
  await started;
  await log.append([record('signals', 'k', 1)]);
  await quiet();
  expect(begun).toEqual([]);
});

it('does not wait for a group that takes no commit any more', async () => {
  const { clock, log, workQueue } = setup();
  const join = log.join.bind(log);
  let commits = 0;
  log.join = async (options) => {
    const membership = await join(options);
    membership.commit = () => {
      commits += 1;
      return new Promise(() => {});
    };
    return membership;
  };
  const owner = new OwnedPartitionConsumer({
    log,
    clock,
    group: 'orchestrator',
    topics: ['work'],
    take: async () => ({}),
    onBatch: async () => {},
  });
  const consumers = [workQueue({ handle: () => {} }), owner];
  for (const consumer of consumers) await consumer.start();
  await log.append([record('work', 'k', 1)]);
  await until(() => commits === 2, clock);
  const begun = clock.now();
  let open = consumers.length;
  for (const consumer of consumers) void consumer.close().then(() => (open -= 1));
  await until(() => open === 0, clock);
  expect(clock.now() - begun).toBeLessThan(10_000);
});
