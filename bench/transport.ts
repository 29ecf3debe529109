/**
 * What the consumers and Nest's pipeline cost: a record of a trivial @WorkQueue handler, a batch of a trivial @OwnedPartition handler.
 * The log is in memory, so that only the way from the log to the handler is measured.
 * Run: `tsc -b libs/testing && node bench/transport.ts`
 */
import 'reflect-metadata';
import { Controller, UseGuards, UseInterceptors, type CallHandler } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { decodeMessage, type IncomingMessage } from '@waybill/contracts';
import {
  LogTransport,
  OwnedPartition,
  OwnedPartitionConsumer,
  PartitionTaken,
  systemClock,
  WorkQueue,
  WorkQueueConsumer,
  type PartitionBatch,
  type Work,
} from '@waybill/messaging';
import { InMemoryMessageLog, record } from '@waybill/testing';
import { z } from 'zod';

const records = 100_000;
const batches = 50_000;
const rounds = 5;
const topic = 'tasks.bench';
const schema = z.object({ n: z.number(), text: z.string() });

/** Node strips types and cannot compile decorators, so they are applied by hand. */
function decorate(target: { prototype: object }, key: string, ...decorators: unknown[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, key)!;
  for (const decorator of decorators) (decorator as MethodDecorator)(target.prototype, key, descriptor);
}

async function filledLog(): Promise<InMemoryMessageLog> {
  const log = new InMemoryMessageLog({ clock: systemClock, partitions: 4 });
  await log.append(
    Array.from({ length: records }, (_, n) => record(topic, `k${n % 100}`, { n, text: 'x'.repeat(100) })),
  );
  return log;
}

function counter(total: number): { readonly over: Promise<void>; readonly count: (by?: number) => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = total;
  const count = (by = 1): void => {
    left -= by;
    if (left === 0) resolve();
  };
  return { over: promise, count };
}

async function best(per: number, round: () => Promise<number>): Promise<string> {
  let least = Infinity;
  for (let count = 0; count < rounds; count += 1) least = Math.min(least, await round());
  return `${((least / per) * 1_000).toFixed(2)} us`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function plainWork(parse: boolean): Promise<number> {
  const log = await filledLog();
  const { over, count } = counter(records);
  const handle = async (message: IncomingMessage): Promise<void> => {
    if (parse) decodeMessage(message, schema);
    count();
  };
  const consumer = new WorkQueueConsumer({
    log,
    group: 'bench',
    topics: [topic],
    handle,
    onDeadLetter: async () => undefined,
  });
  const ms = await timed(() => consumer.start().then(() => over));
  await consumer.close();
  return ms;
}

async function serve(
  controller: new () => object,
  log: InMemoryMessageLog,
): Promise<{ ms: number; transport: LogTransport; readonly close: () => Promise<void> }> {
  class AppModule {}
  Reflect.defineMetadata('controllers', [controller], AppModule);
  const transport = new LogTransport({ log, group: 'bench' });
  const app = await NestFactory.createMicroservice(AppModule, { strategy: transport, logger: false });
  const ms = await timed(() => app.listen());
  return { ms, transport, close: () => app.close() };
}

async function nestWork(isGuarded: boolean): Promise<number> {
  const log = await filledLog();
  const { over, count } = counter(records);
  class Worker {
    async onWork(_message: IncomingMessage, _body: unknown): Promise<void> {
      count();
    }
  }
  const enhancers = [
    UseGuards({ canActivate: () => true }),
    UseInterceptors({ intercept: (_context: unknown, next: CallHandler) => next.handle() }),
  ];
  decorate(Worker, 'onWork', WorkQueue({ topic, schema }), ...(isGuarded ? enhancers : []));
  Controller()(Worker);
  const begun = performance.now();
  const { close } = await serve(Worker, log);
  await over;
  const ms = performance.now() - begun;
  await close();
  return ms;
}

async function nestWorkTogether(): Promise<number> {
  const log = await filledLog();
  const { over, count } = counter(records);
  class Worker {
    onWork(work: readonly Work<unknown>[]): void {
      for (const one of work) one.settle(Promise.resolve(count()));
    }
  }
  decorate(Worker, 'onWork', WorkQueue({ topic, schema, together: true }));
  Controller()(Worker);
  const begun = performance.now();
  const { close } = await serve(Worker, log);
  await over;
  const ms = performance.now() - begun;
  await close();
  return ms;
}

async function plainBatches(): Promise<number> {
  const { over, count } = counter(batches);
  const log = new InMemoryMessageLog({ clock: systemClock, partitions: 1 });
  const consumer: OwnedPartitionConsumer = new OwnedPartitionConsumer({
    log,
    group: 'bench',
    topics: [topic],
    take: async () => (queueMicrotask(() => consumer.wake(0)), { [topic]: 0 }),
    onBatch: async ({ partition }) => {
      consumer.wake(partition);
      count();
    },
  });
  const ms = await timed(() => consumer.start().then(() => over));
  await consumer.close();
  return ms;
}

async function nestBatches(): Promise<number> {
  const { over, count } = counter(batches);
  const log = new InMemoryMessageLog({ clock: systemClock, partitions: 1 });
  let wake = (): void => undefined;
  class Owner {
    async take(): Promise<Record<string, number>> {
      queueMicrotask(() => wake());
      return { [topic]: 0 };
    }

    async onBatch(_batch: PartitionBatch): Promise<void> {
      wake();
      count();
    }
  }
  decorate(Owner, 'take', PartitionTaken());
  decorate(Owner, 'onBatch', OwnedPartition({ topics: [topic] }));
  Controller()(Owner);
  const { transport, close } = await serve(Owner, log);
  wake = () => transport.wake(0);
  wake();
  const ms = await timed(() => over);
  await close();
  return ms;
}

async function decoding(): Promise<number> {
  const messages = (await filledLog()).recordsOf(topic);
  return timed(async () => messages.forEach((message) => decodeMessage(message, schema)));
}

const figures = {
  'parse one record (JSON and zod, 120 bytes)': await best(records, decoding),
  'WorkQueueConsumer, a record, no Nest, not parsed': await best(records, () => plainWork(false)),
  'WorkQueueConsumer, a record, no Nest, parsed': await best(records, () => plainWork(true)),
  '@WorkQueue, a record, parsed': await best(records, () => nestWork(false)),
  '@WorkQueue, a record, parsed, with guard and interceptor': await best(records, () => nestWork(true)),
  '@WorkQueue, a record, parsed, together': await best(records, nestWorkTogether),
  'OwnedPartitionConsumer, a batch, no Nest': await best(batches, plainBatches),
  '@OwnedPartition, a batch': await best(batches, nestBatches),
};
console.table(figures);
