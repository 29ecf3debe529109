/**
 * The read model's tables, one schema for SQLite and PostgreSQL. Times are RFC 3339 text and JSON is text on both,
 * so that what is read is to the letter what was written.
 */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('tasks', { withoutRowid: true })
@Index('tasks_by_status', ['tenant', 'status', 'task_id'])
@Index('tasks_by_workflow', ['tenant', 'workflow_name', 'task_id'])
export class TaskRow {
  @PrimaryColumn('text')
  task_id!: string;
  @Column('text')
  tenant!: string;
  @Column('text')
  status!: string;
  @Column('text', { nullable: true })
  goal!: string | null;
  /** `name@version`. */
  @Column('text', { nullable: true })
  workflow!: string | null;
  @Column('text', { nullable: true })
  workflow_name!: string | null;
  @Column('integer')
  priority!: number;
  @Column('text')
  labels!: string;
  @Column('text')
  created_at!: string;
  @Column('text')
  updated_at!: string;
  @Column('text', { nullable: true })
  ended_at!: string | null;
  /** `seq` of the last event; 0: only the request was seen. */
  @Column('integer')
  last_seq!: number;
  /** What was submitted, until the first event. */
  @Column('text', { nullable: true })
  submitted!: string | null;
}

/** Events that were consumed together, unless they are large; their texts joined by line feeds. */
@Entity('task_events')
export class TaskEventsRow {
  @PrimaryColumn('text')
  task_id!: string;
  @PrimaryColumn('integer')
  first_seq!: number;
  @Column('integer')
  last_seq!: number;
  @Column('text')
  texts!: string;
}

@Entity('task_labels')
export class TaskLabelRow {
  @PrimaryColumn('text')
  name!: string;
  @PrimaryColumn('text')
  value!: string;
  @PrimaryColumn('text')
  task_id!: string;
}

@Entity('idempotency_keys', { withoutRowid: true })
class IdempotencyKeyRow {
  @PrimaryColumn('text')
  tenant!: string;
  @PrimaryColumn('text')
  key!: string;
  @Column('text')
  body_hash!: string;
  @Column('text')
  entity_id!: string;
  @Column('text', { nullable: true })
  answer!: string | null;
  /** RFC 3339. */
  @Column('text')
  created_at!: string;
}

@Entity('documents')
@Index('documents_by_name', ['tenant', 'collection', 'name'])
@Index('documents_by_status', ['tenant', 'status', 'document_id'])
export class DocumentRow {
  @PrimaryColumn('text')
  document_id!: string;
  @Column('text')
  tenant!: string;
  @Column('text')
  name!: string;
  @Column('text')
  collection!: string;
  @Column('text')
  metadata!: string;
  @Column('text')
  status!: string;
  @Column('integer')
  bytes!: number;
  @Column('text')
  media_type!: string;
  @Column('text')
  sha256!: string;
  @Column('integer', { nullable: true })
  chunks!: number | null;
  @Column('text', { nullable: true })
  error!: string | null;
  /** Offset of the request that all this follows from; -1 when it is not known. */
  @Column('double precision', { default: -1 })
  revision!: number;
  /** Ids of the last requests, the one that all this follows from first. */
  @Column('text', { default: '' })
  requests!: string;
  @Column('text')
  created_at!: string;
  @Column('text')
  updated_at!: string;
}

/** The next offset to read; written with the rows that follow from what lies below it. */
@Entity('projection_offsets')
class ProjectionOffsetRow {
  @PrimaryColumn('text')
  topic!: string;
  @PrimaryColumn('integer')
  partition_number!: number;
  /** `double precision` holds any offset exactly and is a number in both drivers, `bigint` is text in one. */
  @Column('double precision')
  next_offset!: number;
}

export const readModelEntities = [
  TaskRow,
  TaskEventsRow,
  TaskLabelRow,
  IdempotencyKeyRow,
  DocumentRow,
  ProjectionOffsetRow,
];
