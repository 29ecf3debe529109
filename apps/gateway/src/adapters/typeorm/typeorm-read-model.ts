/** Reads of the read model, for what is no longer in memory and for lists. */
import type { DocumentStatus, DocumentView, Failure, JsonObject, TaskStatus, TaskSummary } from '@waybill/contracts';
import { In, LessThan, type DataSource, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import { seqOf } from '../../domain/event-text.ts';
import type { SubmittedTask } from '../../domain/task-fold.ts';
import type { DocumentQuery, Label, Page, ReadModel, StoredTask, TaskQuery } from '../../ports/read-model.ts';
import { DocumentRow, TaskEventsRow, TaskLabelRow, TaskRow } from './entities.ts';

/** Counting more costs more than it tells. */
const countLimit = 10_000;

export class TypeOrmReadModel implements ReadModel {
  constructor(private readonly source: DataSource) {}

  async findTask(taskId: string): Promise<StoredTask | undefined> {
    const row = await this.source.getRepository(TaskRow).findOneBy({ task_id: taskId });
    if (!row) return undefined;
    const task = { taskId, status: row.status, lastSeq: row.last_seq };
    return row.submitted === null ? task : { ...task, submitted: JSON.parse(row.submitted) as SubmittedTask };
  }

  async eventsAfter(taskId: string, seq: number, limit: number, maxChars: number): Promise<readonly string[]> {
    const texts: string[] = [];
    let chars = 0;
    // Twice as many rows each time: few are read in vain of a task with large ones, and many small ones are read in a few goes.
    for (let take = 2; ; take *= 2) {
      const after = seq + texts.length;
      const rows = await this.eventRows(taskId, after, take);
      for (const text of rows.flatMap((row) => row.texts.split('\n'))) {
        const at = seqOf(text);
        if (at <= seq + texts.length) continue;
        if (at !== seq + texts.length + 1) return texts;
        texts.push(text);
        chars += text.length;
        if (texts.length === limit || chars >= maxChars) return texts;
      }
      if (rows.length < take || seq + texts.length === after) return texts;
    }
  }

  async listTasks(query: TaskQuery): Promise<Page<TaskSummary>> {
    const matching = (): SelectQueryBuilder<TaskRow> => this.tasksMatching(query);
    const page = matching();
    if (query.before !== undefined) page.andWhere('task.task_id < :before', { before: query.before });
    const rows = await page.orderBy('task.task_id', 'DESC').limit(query.limit).getMany();
    return { items: rows.map(summaryOf), ...(await this.bounded(matching().select('1', 'one'))) };
  }

  async findDocument(tenant: string, documentId: string): Promise<DocumentView | undefined> {
    const row = await this.source.getRepository(DocumentRow).findOneBy({ tenant, document_id: documentId });
    return row ? documentOf(row) : undefined;
  }

  async findDocumentByName(tenant: string, collection: string, name: string): Promise<DocumentView | undefined> {
    const row = await this.source.getRepository(DocumentRow).findOneBy({ tenant, collection, name });
    return row ? documentOf(row) : undefined;
  }

  async listDocuments(query: DocumentQuery): Promise<Page<DocumentView>> {
    const where: FindOptionsWhere<DocumentRow> = { tenant: query.tenant };
    if (query.statuses) where.status = In([...query.statuses]);
    if (query.collection !== undefined) where.collection = query.collection;
    const documents = this.source.getRepository(DocumentRow);
    const total = await documents.countBy(where);
    if (query.before !== undefined) where.document_id = LessThan(query.before);
    const rows = await documents.find({ where, order: { document_id: 'DESC' }, take: query.limit });
    return { items: rows.map(documentOf), total };
  }

  private eventRows(taskId: string, seq: number, take: number): Promise<TaskEventsRow[]> {
    return this.source
      .getRepository(TaskEventsRow)
      .createQueryBuilder('events')
      .where('events.task_id = :taskId AND events.last_seq > :seq', { taskId, seq })
      .orderBy('events.first_seq', 'ASC')
      .limit(take)
      .getMany();
  }

  private tasksMatching(query: TaskQuery): SelectQueryBuilder<TaskRow> {
    const tasks = this.source
      .getRepository(TaskRow)
      .createQueryBuilder('task')
      .where('task.tenant = :tenant', { tenant: query.tenant });
    if (query.statuses) tasks.andWhere('task.status IN (:...statuses)', { statuses: query.statuses });
    if (query.workflow !== undefined) {
      const column = query.workflow.includes('@') ? 'workflow' : 'workflow_name';
      tasks.andWhere(`task.${column} = :workflow`, { workflow: query.workflow });
    }
    for (const [index, labels] of (query.labels ?? []).entries()) addLabels(tasks, `label${index}`, labels);
    return tasks;
  }

  private async bounded(matching: SelectQueryBuilder<TaskRow>): Promise<{ total?: number }> {
    const [sql, params] = matching.limit(countLimit + 1).getQueryAndParameters();
    const [counted]: { count: number | string }[] = await this.source.query(
      `SELECT COUNT(*) AS count FROM (${sql}) matching`,
      params,
    );
    const total = Number(counted?.count ?? 0);
    return total > countLimit ? {} : { total };
  }
}

/** A task that has several of them must not be found several times, so those are not joined. */
function addLabels(tasks: SelectQueryBuilder<TaskRow>, label: string, labels: readonly Label[]): void {
  const parameters: Record<string, string> = {};
  const conditions = labels.map(([name, value], at) => {
    parameters[`${label}name${at}`] = name;
    parameters[`${label}value${at}`] = value;
    return `(${label}.name = :${label}name${at} AND ${label}.value = :${label}value${at})`;
  });
  const isThere = conditions.join(' OR ');
  if (labels.length === 1) {
    tasks.innerJoin(TaskLabelRow, label, `${label}.task_id = task.task_id AND ${isThere}`, parameters);
    return;
  }
  const having = tasks.subQuery().select(`${label}.task_id`).from(TaskLabelRow, label).where(isThere);
  tasks.andWhere(`task.task_id IN ${having.getQuery()}`, parameters);
}

const summaryOf = (row: TaskRow): TaskSummary => ({
  task_id: row.task_id,
  plan_id: row.task_id,
  status: row.status as TaskStatus,
  goal: row.goal,
  workflow: row.workflow,
  priority: row.priority,
  labels: JSON.parse(row.labels) as Record<string, string>,
  created_at: row.created_at,
  updated_at: row.updated_at,
  ended_at: row.ended_at,
});

const documentOf = (row: DocumentRow): DocumentView => ({
  document_id: row.document_id,
  name: row.name,
  collection: row.collection,
  metadata: JSON.parse(row.metadata) as JsonObject,
  status: row.status as DocumentStatus,
  bytes: row.bytes,
  media_type: row.media_type,
  sha256: row.sha256,
  chunks: row.chunks,
  error: row.error === null ? null : (JSON.parse(row.error) as Failure),
  created_at: row.created_at,
  updated_at: row.updated_at,
});
