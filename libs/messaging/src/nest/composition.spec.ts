import 'reflect-metadata';
import { Controller, type Type } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { serveInMemory } from '@waybill/testing';
import type { TopicOffsets } from '../consumers/partition-batch.ts';
import { OwnedPartition, PartitionReleased, PartitionTaken, Projection, WorkQueue } from './decorators.ts';

const schema = z.object({ n: z.number() });

@Controller()
class MissingQueues {
  @WorkQueue({ queues: 'agents', schema })
  onWork(): void {}
}
@Controller()
class OwnerThatCannotTake {
  @OwnedPartition({ topics: ['t'] })
  async onBatch(): Promise<void> {}
}
@Controller()
class ProjectionWithoutPositions {
  @Projection({ name: 'p', topics: ['t'] })
  async onBatch(): Promise<void> {}
}
@Controller()
class LonelyHook {
  @PartitionReleased()
  async release(): Promise<void> {}
}
@Controller()
class TwoOfOneQueue {
  @WorkQueue({ queue: 'a', schema })
  one(): void {}

  @WorkQueue({ queue: 'a', schema })
  two(): void {}
}
@Controller()
class Disagreement {
  @WorkQueue({ queue: 'a', schema, maxInFlight: 1 })
  one(): void {}

  @WorkQueue({ queue: 'b', schema, maxInFlight: 2 })
  two(): void {}
}
@Controller()
class TwoKindsInOneGroup {
  @PartitionTaken()
  take(): Promise<TopicOffsets> {
    return Promise.resolve({});
  }

  @OwnedPartition({ topics: ['t'] })
  async onBatch(): Promise<void> {}

  @WorkQueue({ queue: 'a', schema })
  onWork(): void {}
}

it.each<[string, Type]>([
  ['a queue set that the options lack', MissingQueues],
  ['an owner that cannot take', OwnerThatCannotTake],
  ['a projection without stored positions', ProjectionWithoutPositions],
  ['a hook without its handler', LonelyHook],
  ['two handlers of one queue', TwoOfOneQueue],
  ['handlers of one group that disagree about its consumer', Disagreement],
  ['two kinds of handlers in one group', TwoKindsInOneGroup],
])('refuses to start with %s', async (_what, controller) => {
  const { listen, close } = await serveInMemory(controller);
  onTestFinished(close);
  await expect(listen()).rejects.toMatchObject({ code: 'invalid_configuration' });
});
