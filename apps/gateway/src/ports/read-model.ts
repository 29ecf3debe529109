/** The port of the gateway's read model: tasks, their events and documents, folded from the log. How far it has come is told by `LogPositions`. */
import type { DocumentView, TaskSummary } from '@waybill/contracts';
import type { SubmittedTask } from '../domain/task-fold.ts';

export interface StoredTask {
  readonly taskId: string;
  readonly status: string;
  /** 0: only the request was seen. */
  readonly lastSeq: number;
  /** Until the first event was seen. */
  readonly submitted?: SubmittedTask;
}

export type Label = readonly [key: string, value: string];

export interface TaskQuery {
  readonly tenant: string;
  readonly statuses?: readonly string[];
  readonly workflow?: string;
  /** Of each list one label must be there. */
  readonly labels?: readonly (readonly Label[])[];
  /** Tasks that are older than this one. */
  readonly before?: string;
  readonly limit: number;
}

export interface DocumentQuery {
  readonly tenant: string;
  readonly statuses?: readonly string[];
  readonly collection?: string;
  readonly before?: string;
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent when there are too many to count at once. */
  readonly total?: number;
}

export interface ReadModel {
  findTask(taskId: string): Promise<StoredTask | undefined>;
  /** Event texts after `seq`, ascending, without a gap: at most `limit`, and none after `maxChars` were reached. */
  eventsAfter(taskId: string, seq: number, limit: number, maxChars: number): Promise<readonly string[]>;
  listTasks(query: TaskQuery): Promise<Page<TaskSummary>>;
  findDocument(tenant: string, documentId: string): Promise<DocumentView | undefined>;
  /** The document of this name in the collection. */
  findDocumentByName(tenant: string, collection: string, name: string): Promise<DocumentView | undefined>;
  listDocuments(query: DocumentQuery): Promise<Page<DocumentView>>;
}
