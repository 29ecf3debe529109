export {
  findFolderHolder,
  lockDataFolder,
  type DataFolderLock,
  type FolderHolder,
} from './embedded/data-folder-lock.ts';
export { endThread } from './embedded/end-thread.ts';
export type { CommittedBatch } from './embedded/recent-batches.ts';
export { SqliteJournal, type JournalOptions } from './embedded/sqlite-journal.ts';
export type { Participant, Unit } from './embedded/sqlite-transaction.ts';
export { SqliteMessageLog, type SqliteMessageLogOptions } from './embedded/sqlite-message-log.ts';
export type {
  Claim,
  CommittedPosition,
  GroupMembership,
  GroupOptions,
  MessageLog,
  Position,
  RecordBatch,
  StartFrom,
  Tail,
  TailOptions,
  TopicPartition,
} from './message-log.ts';
export { murmur2, partitionOf } from './partitioner.ts';
export { readToEnd } from './read-to-end.ts';
export { recordBytes, refuseLargeRecords } from './record-size.ts';
export { refuseUnequal } from './topic-partitions.ts';
export { systemClock, type Clock, type Random } from './clock.ts';
export type { Backoff } from './consumers/backoff.ts';
export { BroadcastConsumer, type BroadcastOptions, type BroadcastTuning } from './consumers/broadcast.consumer.ts';
export type { ConsumerHooks, ConsumerOptions, HandledBatch, Retry } from './consumers/consumer-options.ts';
export { deadLetterMessage, DeadLetters, type DeadLetter, type DeadLetterSink } from './consumers/dead-letters.ts';
export { OwnedPartitionConsumer } from './consumers/owned-partition.consumer.ts';
export type {
  OwnedPartitionOptions,
  PartitionBatch,
  PartitionTuning,
  TopicOffsets,
} from './consumers/partition-batch.ts';
export {
  ProjectionConsumer,
  type ProjectionBatch,
  type ProjectionOptions,
  type ProjectionTuning,
} from './consumers/projection.consumer.ts';
export { WorkQueueConsumer, type WorkQueueOptions, type WorkQueueTuning } from './consumers/work-queue.consumer.ts';
export type { Lag } from './nest/consumer-lag.ts';
export { deadLetterCounter, showConsumerLag, type DeadLetterCounter } from './nest/consumer-metrics.ts';
export {
  Broadcast,
  DeadLettered,
  OwnedPartition,
  PartitionReleased,
  PartitionTaken,
  Projection,
  StoredPositions,
  WorkQueue,
} from './nest/decorators.ts';
export type { Work } from './nest/gather-work.ts';
export type {
  BroadcastBatchSettings,
  BroadcastSettings,
  MessageSchema,
  OwnedPartitionSettings,
  ProjectionSettings,
  WorkQueueSettings,
  WorkSource,
} from './nest/handler-spec.ts';
export { LogTransport, type LogTransportOptions, type ReaderHandle } from './nest/log-transport.ts';
