import 'reflect-metadata';
import { Controller, type Type } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { IncomingMessage } from '@waybill/contracts';
import { quiet, record, serveInMemory, until, type ServeOptions } from '@waybill/testing';
import type { DeadLetter } from '../consumers/dead-letters.ts';
import type { PartitionBatch, TopicOffsets } from '../consumers/partition-batch.ts';
import type { ProjectionBatch } from '../consumers/projection.consumer.ts';
import type { Position } from '../message-log.ts';
import {
  Broadcast,
  DeadLettered,
  OwnedPartition,
  PartitionReleased,
  PartitionTaken,
  Projection,
  StoredPositions,
  WorkQueue,
} from './decorators.ts';

const Body = z.object({ n: z.number() });
type Body = z.infer<typeof Body>;

async function serve(controller: Type, options: ServeOptions = {}) {
  const served = await serveInMemory(controller, options);
  onTestFinished(() => served.close());
  return served;
}

/** What the controllers below were called with; each spec begins with none of it. */
class Calls {
  readonly lines: string[] = [];
  add = (line: string): void => void this.lines.push(line);
}

it('runs an owner: take, batches, wake, release', async () => {
  const calls = new Calls();
  @Controller()
  class Owner {
    @PartitionTaken()
    take(partition: number): Promise<TopicOffsets> {
      calls.add(`take ${partition}`);
      return Promise.resolve({ requests: 0, results: 0 });
    }

    @OwnedPartition({ topics: ['requests', 'results'] })
    onBatch({ partition, records, due }: PartitionBatch): Promise<void> {
      calls.add(`batch ${partition} ${records.length} ${due}`);
      return Promise.resolve();
    }

    @PartitionReleased()
    release(partition: number): Promise<void> {
      calls.add(`release ${partition}`);
      return Promise.resolve();
    }
  }
  const { log, transport, listen, close } = await serve(Owner);
  await listen();
  await until(() => calls.lines.length === 2);
  await log.append([{ ...record('requests', 'k'), partition: 1 }]);
  await until(() => calls.lines.length === 3);
  transport.wake(0);
  await until(() => calls.lines.length === 4);
  await close();
  expect(calls.lines.toSorted()).toEqual(
    ['take 0', 'take 1', 'batch 1 1 false', 'batch 0 0 true', 'release 0', 'release 1'].toSorted(),
  );
});

it('runs a projection that others can wait for', async () => {
  const rows: number[] = [];
  const stored = new Map<string, Position>();
  @Controller()
  class TaskList {
    @StoredPositions()
    positions(): Promise<readonly Position[]> {
      return Promise.resolve([...stored.values()]);
    }

    @Projection({ name: 'task-list', topics: ['events'] })
    onBatch({ records, positions }: ProjectionBatch): Promise<void> {
      rows.push(...records.map(({ value }) => Number(value)));
      for (const position of positions) stored.set(`${position.topic}/${position.partition}`, position);
      return Promise.resolve();
    }
  }
  const { log, transport, listen } = await serve(TaskList);
  await expect(transport.projection('task-list').waitFor('events', [1])).rejects.toMatchObject({ code: 'unavailable' });
  await listen();
  await log.append([record('events', 'a', 1), record('events', 'b', 2)]);
  await transport.projection('task-list').waitFor('events', await log.endOffsets('events'));
  expect(rows.toSorted((a, b) => a - b)).toEqual([1, 2]);
});

it('catches up broadcasts before it takes work, so that a cancellation is known first', async () => {
  const calls = new Calls();
  @Controller()
  class Node {
    @WorkQueue({ queues: 'agents', schema: Body })
    onWork({ topic }: IncomingMessage, { n }: Body): void {
      calls.add(`work ${topic} ${n}`);
    }

    @Broadcast({ topics: ['signals'], from: 'start', schema: Body })
    async onSignal(_message: IncomingMessage, { n }: Body): Promise<void> {
      await quiet(2);
      calls.add(`signal ${n}`);
    }
  }
  const { log, listen } = await serve(Node, { queues: { agents: ['agent.writer', 'agent.reviewer'] } });
  await log.append([
    record('tasks.agent.writer', 'a', { n: 1 }),
    record('signals', 'a', { n: 2 }),
    record('signals', 'b', { n: 3 }),
  ]);
  await listen();
  await log.append([record('tasks.agent.reviewer', 'a', { n: 4 })]);
  await until(() => calls.lines.length === 4);
  expect(calls.lines.slice(0, 2).toSorted()).toEqual(['signal 2', 'signal 3']);
});

it('puts aside at once what does not parse, and nothing else suffers', async () => {
  const calls = new Calls();
  @Controller()
  class Everything {
    @WorkQueue({ queue: 'a', schema: Body, purpose: 'work' })
    onWork(_message: IncomingMessage, { n }: Body): void {
      calls.add(`work ${n}`);
    }

    @Broadcast({ topics: ['signals'], from: 'start', schema: Body })
    onSignal(_message: IncomingMessage, { n }: Body): void {
      calls.add(`signal ${n}`);
    }

    @PartitionTaken()
    take(): Promise<TopicOffsets> {
      return Promise.resolve({ requests: 0 });
    }

    @OwnedPartition({ topics: ['requests'], schemas: { requests: Body } })
    onBatch({ records, offsets }: PartitionBatch): Promise<void> {
      calls.add(`batch ${records.map(({ value }) => String(value)).join()} up to ${offsets['requests']}`);
      return Promise.resolve();
    }

    @DeadLettered()
    onDead({ message, failure, attempts }: DeadLetter): Promise<void> {
      calls.add(`dead ${message.topic} ${failure.code} ${attempts}`);
      return Promise.resolve();
    }
  }
  const { log, listen } = await serve(Everything);
  for (const topic of ['tasks.a', 'signals', 'requests']) {
    await log.append([
      record(topic, 'k', { n: 'wrong' }),
      { ...record(topic, 'k'), value: '{' },
      record(topic, 'k', { n: 1 }),
    ]);
  }
  await listen();
  await until(() => calls.lines.length === 9);
  const dead = ['tasks.a', 'signals', 'requests'].flatMap(
    (topic) => Array(2).fill(`dead ${topic} invalid_request 1`) as string[],
  );
  expect(calls.lines.toSorted()).toEqual([...dead, 'work 1', 'signal 1', 'batch {"n":1} up to 3'].toSorted());
  expect(log.recordsOf('service.dlq')).toHaveLength(6);
});

it('drains on close: what runs is finished and committed, what waits is left to others', async () => {
  const calls = new Calls();
  const gate = Promise.withResolvers<void>();
  @Controller()
  class Writer {
    @WorkQueue({ queue: 'a', schema: Body, maxInFlight: 1 })
    async onWork(_message: IncomingMessage, { n }: Body): Promise<void> {
      calls.add(`begin ${n}`);
      await gate.promise;
      calls.add(`end ${n}`);
    }
  }
  const { log, listen, close } = await serve(Writer);
  await listen();
  await log.append([record('tasks.a', 'k', { n: 1 }), record('tasks.a', 'k', { n: 2 })]);
  await until(() => calls.lines.length === 1);
  const closed = close();
  await quiet();
  gate.resolve();
  await closed;
  expect(calls.lines).toEqual(['begin 1', 'end 1']);
  let committed: number | undefined;
  const onAssigned = (claims: readonly { committed?: { offset: number } }[]): Promise<[]> => {
    committed ??= claims[0]?.committed?.offset;
    return Promise.resolve([]);
  };
  const rest = {
    coPartitioned: false,
    from: 'start',
    onRevoked: () => Promise.resolve(),
    onRecords: () => undefined,
  } as const;
  await log.join({ group: 'service', topics: ['tasks.a'], onAssigned, ...rest });
  await until(() => committed !== undefined);
  expect(committed).toBe(1);
});
