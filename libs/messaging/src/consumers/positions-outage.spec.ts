import { InMemoryMessageLog, ManualClock, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ProjectionConsumer } from './projection.consumer.ts';

function group() {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 2 });
  const told: string[] = [];
  const start = async (isAway: () => string | undefined) => {
    const consumer = new ProjectionConsumer({
      log,
      clock,
      group: 'gateway.task-list',
      topics: ['events'],
      positions: () => {
        const why = isAway();
        return why === undefined ? Promise.resolve([]) : Promise.reject(new Error(why));
      },
      onBatch: () => Promise.resolve(),
      hooks: { onError: (_error, doing) => told.push(doing) },
    });
    onTestFinished(() => void consumer.close());
    await consumer.start();
    return consumer;
  };
  return { clock, told, start };
}

it('tells seldom of an outage that comes and goes', async () => {
  const { clock, told, start } = group();
  let looks = 0;
  const flapping = (): string | undefined =>
    (looks += 1) > 10 && looks % 2 === 0 ? 'too many connections' : undefined;
  const [one, other] = [await start(flapping), await start(() => undefined)];
  await until(() => other.positions.length === 1 && one.positions.length === 1);
  const waiting = one.waitFor('events', [1, 1], 60_000).catch(() => 'late');
  await until(() => looks >= 50, clock);
  expect(told).toEqual(['positions']);
  clock.advance(60_000);
  await waiting;
});

it('tells once an outage that stored positions cannot be read, however many wait for them', async () => {
  const { clock, told, start } = group();
  let isAway = false;
  let looks = 0;
  const look = (): string | undefined => {
    looks += 1;
    return isAway ? 'database is down' : undefined;
  };
  const [one, other] = [await start(look), await start(look)];
  await until(() => other.positions.length === 1 && one.positions.length === 1);
  for (const outage of [1, 2]) {
    isAway = true;
    const before = looks;
    const waiting = [1, 2, 3].map(() => one.waitFor('events', [1, 1], 60_000).catch(() => 'late'));
    await until(() => looks >= before + 30, clock);
    isAway = false;
    await until(() => looks >= before + 40, clock);
    expect(told).toHaveLength(outage);
    clock.advance(60_000);
    await Promise.all(waiting);
  }
});
