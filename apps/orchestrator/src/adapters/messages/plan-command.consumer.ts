/** Feeds requests, results and due timers to the use case: in order per plan, at least once, one batch of a partition at a time. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@waybill/contracts';
import {
  OwnedPartition,
  PartitionReleased,
  PartitionTaken,
  type PartitionBatch,
  type TopicOffsets,
} from '@waybill/messaging';
import { AdvancePlans } from '../../use-cases/advance-plans.ts';

@Controller()
export class PlanCommandConsumer {
  constructor(@Inject(AdvancePlans) private readonly plans: AdvancePlans) {}

  @PartitionTaken()
  take(partition: number): Promise<TopicOffsets> {
    return this.plans.take(partition);
  }

  /** Records are parsed by the use case, so that one that cannot be read is dead-lettered in the commit that moves past it. */
  @OwnedPartition({ topics: [topics.taskRequests, topics.taskResults] })
  advance(batch: PartitionBatch): Promise<void> {
    return this.plans.execute(batch);
  }

  @PartitionReleased()
  release(partition: number): Promise<void> {
    return this.plans.release(partition);
  }
}
