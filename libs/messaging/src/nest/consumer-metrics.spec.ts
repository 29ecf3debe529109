import { Controller } from '@nestjs/common';
import { createMetrics } from '@waybill/telemetry';
import { InMemoryMessageLog, ManualClock, serveInMemory, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { lagsOf } from './consumer-lag.ts';
import { deadLetterCounter, showConsumerLag } from './consumer-metrics.ts';
import { WorkQueue } from './decorators.ts';

const record = (value: string) => ({ topic: 'tasks.a', key: 'k', headers: { ce_type: 'waybill.Work.v1' }, value });

@Controller()
class Worker {
  @WorkQueue({ queue: 'a', schema: z.object({ n: z.number() }) })
  onWork(): Promise<void> {
    return new Promise(() => undefined);
  }
}

it('shows how far each consumer is behind, and what was put aside', async () => {
  const metrics = createMetrics('service');
  const dead = deadLetterCounter(metrics, 'service');
  let told = 0;
  const onDeadLetter = (): void => {
    dead.onDeadLetter();
    told += 1;
  };
  const options = { hooks: { onDeadLetter }, tuning: { service: { drainMs: 0 } } };
  const { clock, log, transport, listen, close } = await serveInMemory(Worker, options);
  onTestFinished(async () => {
    const closed = close();
    clock.advance(1);
    await closed;
  });
  showConsumerLag(metrics, 'service', transport);
  const shown = async () => [...(await metrics.text()).matchAll(/^waybill_service_.*/gm)].map(([line]) => line);
  expect(await shown()).toEqual(['waybill_service_dead_letters_total{service="service"} 0']);
  await listen();
  await log.append([record('{"n":1}'), record('{"n":2}'), record('no JSON')]);
  await until(() => told === 1);
  expect(await shown()).toEqual([
    'waybill_service_dead_letters_total{service="service"} 1',
    'waybill_service_consumer_lag_records{service="service",consumer="service",topic="tasks.a"} 3',
  ]);
});

it('sums over the partitions that are held, and never below nothing', async () => {
  const log = new InMemoryMessageLog({ clock: new ManualClock(), partitions: 3 });
  onTestFinished(() => log.close());
  await log.append([0, 1, 1, 2].map((partition) => ({ ...record('{}'), partition })));
  const at = (partition: number, offset: number) => ({ consumer: 'c', topic: 'tasks.a', partition, offset });
  expect(await lagsOf(log, [at(0, 0), at(1, 1)])).toEqual([{ consumer: 'c', topic: 'tasks.a', records: 2 }]);
  expect(await lagsOf(log, [at(0, 5)])).toEqual([{ consumer: 'c', topic: 'tasks.a', records: 0 }]);
  expect(await lagsOf(log, [])).toEqual([]);
});
