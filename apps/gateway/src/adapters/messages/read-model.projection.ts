/** Feeds the read model, from the positions that are stored with its rows. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@waybill/contracts';
import {
  Projection,
  StoredPositions,
  type MessageLog,
  type Position,
  type ProjectionBatch,
  type ReaderHandle,
  type TopicPartition,
} from '@waybill/messaging';
import { ReadModelWriter } from '../typeorm/read-model-writer.ts';

export const projectedTopics = [topics.taskRequests, topics.planEvents, topics.documentRequests, topics.documentEvents];

@Controller()
export class ReadModelProjection {
  constructor(@Inject(ReadModelWriter) private readonly writer: ReadModelWriter) {}

  @StoredPositions()
  positions(partitions: readonly TopicPartition[]): Promise<readonly Position[]> {
    return this.writer.positions(partitions);
  }

  /** Large batches: many events of one task become one write. */
  @Projection({ name: 'read-model', topics: projectedTopics, maxRecords: 20_000, maxGathered: 40_000 })
  onBatch(batch: ProjectionBatch): Promise<void> {
    return this.writer.write(batch);
  }
}

/** Records between what was written and the end of the log. */
export async function lagOf(log: MessageLog, projection: ReaderHandle): Promise<number> {
  const positions = new Map(
    projection.positions().map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
  );
  let lag = 0;
  for (const topic of projectedTopics) {
    for (const [partition, end] of (await log.endOffsets(topic)).entries()) {
      lag += Math.max(0, end - (positions.get(`${topic}/${partition}`) ?? 0));
    }
  }
  return lag;
}
