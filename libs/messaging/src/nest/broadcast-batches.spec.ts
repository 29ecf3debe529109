import 'reflect-metadata';
import { Controller, type Type } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { PlatformError } from '@waybill/contracts';
import { record, serveInMemory } from '@waybill/testing';
import type { DeadLetter } from '../consumers/dead-letters.ts';
import type { RecordBatch } from '../message-log.ts';
import { Broadcast, DeadLettered } from './decorators.ts';

async function serve(controller: Type) {
  const served = await serveInMemory(controller);
  onTestFinished(() => served.close());
  return served;
}

it('hands over batches of a partition, from the end, to a broadcast without a schema', async () => {
  const lines: string[] = [];
  @Controller()
  class Tail {
    @Broadcast({ topics: ['events'], from: 'end' })
    onBatch({ partition, records, nextOffset }: RecordBatch): void {
      lines.push(`${partition}: ${records.map(({ value }) => String(value)).join()} up to ${nextOffset}`);
    }
  }
  const event = (n: number) => ({ ...record('events', 'k', n), partition: 1 });
  const { log, transport, listen } = await serve(Tail);
  await log.append([event(1)]);
  await listen();
  await log.append([event(2), event(3)]);
  await transport.broadcast('Tail.onBatch').waitFor('events', await log.endOffsets('events'));
  expect(lines).toEqual(['1: 2,3 up to 3']);
  expect(transport.broadcast('Tail.onBatch').positions()).toContainEqual({ topic: 'events', partition: 1, offset: 3 });
});

it('puts aside what a broadcast of batches cannot handle, and goes on', async () => {
  const lines: string[] = [];
  @Controller()
  class Tail {
    @Broadcast({ topics: ['events'], from: 'start' })
    onBatch({ records }: RecordBatch): void {
      const bodies = records.map(({ value }) => String(value)).join();
      lines.push(`batch ${bodies}`);
      if (bodies.includes('13')) throw new PlatformError('invalid_request');
    }

    @DeadLettered()
    onDead({ message, attempts }: DeadLetter): Promise<void> {
      lines.push(`dead ${String(message.value)} ${attempts}`);
      return Promise.resolve();
    }
  }
  const { log, listen } = await serve(Tail);
  await log.append([1, 13, 2].map((n) => record('events', 'k', n)));
  await listen();
  expect(lines).toEqual(['batch 1,13,2', 'batch 1', 'batch 13', 'dead 13 1', 'batch 2']);
  expect(log.recordsOf('service.dlq')).toHaveLength(1);
});

it('listens at once, and catches up later, where a broadcast says so', async () => {
  const gate = Promise.withResolvers<void>();
  @Controller()
  class Registry {
    @Broadcast({ topics: ['registry'], from: 'start', catchUpMs: 0 })
    onBatch(): Promise<void> {
      return gate.promise;
    }
  }
  const { log, transport, listen } = await serve(Registry);
  await log.append([record('registry', 'k', 1)]);
  await listen();
  const caughtUp = transport.broadcast('Registry.onBatch').waitFor('registry', await log.endOffsets('registry'));
  expect(transport.broadcast('Registry.onBatch').positions()).toEqual([]);
  gate.resolve();
  await caughtUp;
});
