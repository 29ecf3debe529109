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

/** Records between what was written and the end of the log, of what this gateway holds: the sum over all gateways is the lag. */
export async function lagOf(log: MessageLog, projection: ReaderHandle): Promise<number> {
  const held = Map.groupBy(projection.positions(), ({ topic }) => topic);
  let lag = 0;
  for (const [topic, positions] of held) {
    const ends = await log.endOffsets(topic);
    for (const { partition, offset } of positions) lag += Math.max(0, (ends[partition] ?? offset) - offset);
  }
  return lag;
}
