/**
 * Task records of one batch to SQL statements: one row of events and one change of the task's row, however many events came.
 * Promises: what comes twice, or late from a gateway that was replaced, changes nothing; a task with a gap stays at the event before it (`onGap`) and the others go on.
 * Of most events nothing is parsed: what is stored is the text itself.
 */
import type { IncomingMessage, PlanEventData } from '@waybill/contracts';
import { messageText, ownerOf, topics } from '@waybill/contracts';
import { eventTypeOf, parseEvent, seqOf } from '../../domain/event-text.ts';
import { isUuid7, madeAt } from '../../domain/task-id.ts';
import type { SubmittedTask } from '../../domain/task-fold.ts';
import { LastSeqs } from './last-seqs.ts';
import type { SqlSession } from './sql-session.ts';
import type { SqlValue, Statement } from './sql-statement.ts';

interface Gathered {
  readonly record: IncomingMessage;
  readonly taskId: string;
  readonly tenant: string;
  submitted: string | undefined;
  firstSeq: number;
  lastSeq: number;
  readonly texts: string[];
  acceptedAt: number;
  status: string;
  updatedAt: string;
}

export interface TaskRowHooks {
  onGap(taskId: string, expected: number, found: number): void;
  onUnreadable(message: IncomingMessage): void;
}

const rowChars = 1024 * 1024;
const statusOfType: Readonly<Record<string, string>> = {
  TaskAccepted: 'accepted',
  TaskCompleted: 'completed',
  TaskFailed: 'failed',
  TaskCancelled: 'cancelled',
};

export class TaskRows {
  private readonly lastSeqs: LastSeqs;

  constructor(
    sql: SqlSession,
    private readonly hooks: TaskRowHooks,
  ) {
    this.lastSeqs = new LastSeqs(sql);
  }

  async statementsFor(records: readonly IncomingMessage[]): Promise<Statement[]> {
    const tasks = new Map<string, Gathered>();
    await this.lastSeqs.lookUp(records);
    for (const record of records) {
      if (record.topic === topics.planEvents) this.gatherEvent(tasks, record);
      else if (record.topic === topics.taskRequests) gatherRequest(tasks, record);
    }
    const statements: Statement[] = [];
    for (const task of tasks.values()) this.writeWhole(task, statements);
    this.lastSeqs.makeRoom();
    return statements;
  }

  /** After a batch that was not committed: what is remembered may be ahead of what is stored. */
  forget(): void {
    this.lastSeqs.forget();
  }

  private gatherEvent(tasks: Map<string, Gathered>, record: IncomingMessage): void {
    const text = textOf(record);
    const seq = text === undefined ? Number.NaN : seqOf(text);
    if (text === undefined || Number.isNaN(seq)) return this.hooks.onUnreadable(record);
    const known = tasks.get(record.key);
    const last = known?.lastSeq || Math.max(0, this.lastSeqs.of(record.key));
    if (seq <= last) return;
    if (seq === last + 1) addEvent(known ?? gathered(tasks, record), { seq, text, record });
    else this.hooks.onGap(record.key, last + 1, seq);
  }

  /** A record that nobody should have written must not hold up all others. */
  private writeWhole(task: Gathered, out: Statement[]): void {
    const before = out.length;
    try {
      this.write(task, out);
    } catch {
      out.length = before;
      this.hooks.onUnreadable(task.record);
    }
  }

  private write(task: Gathered, out: Statement[]): void {
    const stored = this.lastSeqs.of(task.taskId);
    writeEvents(task, out);
    const facts = task.acceptedAt >= 0 ? acceptedFacts(task) : stored < 0 ? submittedFacts(task) : undefined;
    if (facts) this.writeNew(task, facts, out);
    else if (task.texts.length > 0)
      out.push({
        sql: updateTask,
        params: [task.taskId, task.status, task.updatedAt, endOf(task), task.lastSeq],
        manyRows: true,
      });
    this.remember(task, stored);
  }

  private writeNew(task: Gathered, facts: SubmittedTask, out: Statement[]): void {
    const createdAt = isUuid7(task.taskId) ? new Date(madeAt(task.taskId)).toISOString() : task.updatedAt;
    const workflow = facts.workflow ?? null;
    const params: SqlValue[] = [
      task.taskId,
      task.tenant,
      task.status,
      facts.goal ?? null,
      workflow,
      workflow?.split('@')[0] ?? null,
    ];
    params.push(
      facts.priority,
      JSON.stringify(facts.labels),
      createdAt,
      task.updatedAt === '' ? createdAt : task.updatedAt,
    );
    params.push(endOf(task), task.lastSeq, task.lastSeq === 0 ? JSON.stringify(facts) : null);
    out.push({ sql: upsertTask, params, manyRows: true });
    for (const [name, value] of Object.entries(facts.labels))
      out.push({ sql: insertLabel, params: [name, value, task.taskId], manyRows: true });
  }

  private remember(task: Gathered, stored: number): void {
    const ended = isEnded(task.status);
    if (ended) this.lastSeqs.forget(task.taskId);
    else this.lastSeqs.remember(task.taskId, Math.max(stored, task.lastSeq));
  }
}

const isEnded = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';
const endOf = (task: Gathered): string | null => (isEnded(task.status) ? task.updatedAt : null);

/** One that cannot be read is told of where its key is looked for. */
function gatherRequest(tasks: Map<string, Gathered>, record: IncomingMessage): void {
  if (eventTypeOf(record.headers['ce_type']) !== 'SubmitTask') return;
  const text = textOf(record);
  if (text !== undefined) gathered(tasks, record).submitted ??= text;
}

function gathered(tasks: Map<string, Gathered>, record: IncomingMessage): Gathered {
  let task = tasks.get(record.key);
  if (task === undefined) {
    const { tenant } = ownerOf(record);
    task = {
      record,
      taskId: record.key,
      tenant,
      submitted: undefined,
      firstSeq: 0,
      lastSeq: 0,
      texts: [],
      acceptedAt: -1,
      status: 'accepted',
      updatedAt: '',
    };
    tasks.set(record.key, task);
  }
  return task;
}

function addEvent(task: Gathered, { seq, text, record }: { seq: number; text: string; record: IncomingMessage }): void {
  const { ce_type: ceType = '', ce_time: time = '' } = record.headers;
  const type = eventTypeOf(ceType);
  if (task.firstSeq === 0) task.firstSeq = seq;
  if (type === 'TaskAccepted') task.acceptedAt = task.texts.length;
  task.lastSeq = seq;
  task.texts.push(text);
  task.status = statusOfType[type] ?? 'running';
  task.updatedAt = time;
}

/** One row, or several of a task with large events: who reads a few of them need not read all. */
function writeEvents({ taskId, firstSeq, texts }: Gathered, out: Statement[]): void {
  let from = 0;
  let chars = 0;
  for (let next = 1; next <= texts.length; next += 1) {
    chars += texts[next - 1]!.length;
    if (chars < rowChars && next < texts.length) continue;
    const params = [taskId, firstSeq + from, firstSeq + next - 1, texts.slice(from, next).join('\n')];
    out.push({ sql: insertEvents, params, manyRows: true });
    from = next;
    chars = 0;
  }
}

function acceptedFacts(task: Gathered): SubmittedTask {
  return readFacts(parseEvent(task.texts[task.acceptedAt]!).data as PlanEventData<'TaskAccepted'>);
}

/** Only for tasks whose first event did not come in the same batch: the command is large. */
function submittedFacts(task: Gathered): SubmittedTask | undefined {
  if (task.submitted === undefined) return undefined;
  return readFacts(JSON.parse(task.submitted) as Partial<SubmittedTask>);
}

/** Leaves out the definition and whatever has not the type that the columns need. */
function readFacts({
  goal,
  workflow,
  input,
  priority,
  deadline_at,
  labels,
  budget,
}: Partial<SubmittedTask>): SubmittedTask {
  return {
    goal: typeof goal === 'string' ? goal : undefined,
    workflow: typeof workflow === 'string' ? workflow : undefined,
    input: input ?? {},
    priority: typeof priority === 'number' ? priority : 5,
    deadline_at,
    labels: Object.fromEntries(Object.entries(labels ?? {}).filter(([, value]) => typeof value === 'string')),
    budget: budget ?? {},
  };
}

function textOf(record: IncomingMessage): string | undefined {
  try {
    const text = messageText(record);
    return text.includes('\n') ? JSON.stringify(JSON.parse(text)) : text;
  } catch {
    return undefined;
  }
}

/** Another gateway that was replaced while it wrote may have begun at the same event; who has read further holds all that the other one does. */
const insertEvents = `INSERT INTO task_events (task_id, first_seq, last_seq, texts) VALUES (?, ?, ?, ?)
ON CONFLICT (task_id, first_seq) DO UPDATE SET last_seq = excluded.last_seq, texts = excluded.texts WHERE excluded.last_seq > task_events.last_seq`;
const upsertTask = `INSERT INTO tasks (task_id, tenant, status, goal, workflow, workflow_name, priority, labels, created_at, updated_at, ended_at, last_seq, submitted)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (task_id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at, ended_at = excluded.ended_at,
  last_seq = excluded.last_seq, submitted = excluded.submitted
WHERE excluded.last_seq > tasks.last_seq`;
/** PostgreSQL takes a parameter among `VALUES` for text. */
const updateTask = `UPDATE tasks SET status = given.column2, updated_at = given.column3, ended_at = given.column4, last_seq = CAST(given.column5 AS integer), submitted = NULL
FROM (VALUES (?, ?, ?, ?, ?)) AS given WHERE tasks.task_id = given.column1 AND tasks.last_seq < CAST(given.column5 AS integer)`;
const insertLabel = 'INSERT INTO task_labels (name, value, task_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
