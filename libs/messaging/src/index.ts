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
