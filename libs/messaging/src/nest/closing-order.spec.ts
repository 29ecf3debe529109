/** How a transport ends: in which order, and what becomes of a start that failed. */
import { Controller, type Type } from '@nestjs/common';
import { serveInMemory, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { TopicOffsets } from '../consumers/partition-batch.ts';
import type { Position } from '../message-log.ts';
import { Broadcast, OwnedPartition, PartitionTaken, Projection, StoredPositions, WorkQueue } from './decorators.ts';

const schema = z.object({});

@Controller()
class TwoOfAKind {
  @StoredPositions()
  positions(): Promise<readonly Position[]> {
    return Promise.resolve([]);
  }

  @Projection({ name: 'refused', topics: ['a'] })
  async onOne(): Promise<void> {}

  @Projection({ name: 'slow', topics: ['b'] })
  async onOther(): Promise<void> {}
}

@Controller()
class OfEveryKind {
  @WorkQueue({ queue: 'a', schema, purpose: 'work' })
  onWork(): void {}

  @PartitionTaken()
  take(): Promise<TopicOffsets> {
    return Promise.resolve({});
  }

  @OwnedPartition({ topics: ['owned'] })
  async onOwned(): Promise<void> {}

  @StoredPositions()
  positions(): Promise<readonly Position[]> {
    return Promise.resolve([]);
  }

  @Projection({ name: 'rows', topics: ['projected'] })
  async onProjected(): Promise<void> {}

  @Broadcast({ topics: ['signals'], from: 'end', schema })
  onSignal(): void {}
}

/** What begins and ends; the group of this name cannot be joined. */
async function serving(refused?: string, controller: Type = OfEveryKind) {
  const served = await serveInMemory(controller);
  const { log } = served;
  const said: string[] = [];
  const join = log.join.bind(log);
  log.join = async (options) => {
    if (options.group === refused) throw new Error('no broker');
    const membership = await join(options);
    said.push(`${options.group} begins`);
    const leave = membership.leave.bind(membership);
    membership.leave = () => {
      said.push(`${options.group} ends`);
      return leave();
    };
    return membership;
  };
  const tail = log.tail.bind(log);
  log.tail = async (options) => {
    const made = await tail(options);
    said.push('broadcast begins');
    return {
      close: () => {
        said.push('broadcast ends');
        return made.close();
      },
    };
  };
  onTestFinished(() => served.close());
  return { ...served, said };
}

it('begins with what tells others to stop and ends with it, work being begun last and ended first', async () => {
  const { listen, close, said } = await serving();
  await listen();
  expect(said).toEqual(['broadcast begins', 'service.rows begins', 'service begins', 'service.work begins']);
  said.length = 0;
  await close();
  expect(said).toEqual(['service.work ends', 'service ends', 'service.rows ends', 'broadcast ends']);
});

it('leaves nothing running when it cannot start', async () => {
  const { listen, said } = await serving('service');
  await expect(listen()).rejects.toThrow('no broker');
  expect(said).toEqual(['broadcast begins', 'service.rows begins', 'service.rows ends', 'broadcast ends']);
});

it('leaves a group that took its time to let it in', async () => {
  const { log, listen, said } = await serving('service.refused', TwoOfAKind);
  const held = Promise.withResolvers<void>();
  const join = log.join.bind(log);
  log.join = async (options) => {
    if (options.group === 'service.slow') await held.promise;
    return join(options);
  };
  await expect(listen()).rejects.toThrow('no broker');
  held.resolve();
  await until(() => said.length === 2);
  expect(said).toEqual(['service.slow begins', 'service.slow ends']);
});
