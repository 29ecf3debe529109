/** What is true of each task: the reference that gateways and streams are held against. */
import type { PlanEvent, TaskView } from '@waybill/contracts';
import { isTerminal } from '../../domain/event-text.ts';
import { foldTask, type SubmittedTask } from '../../domain/task-fold.ts';
import { madeAt } from '../../domain/task-id.ts';

export class TaskRecord {
  /** As they are on the log, once they are. */
  readonly texts: string[] = [];
  readonly events: PlanEvent[] = [];
  /** By `work/epoch.turn.index`. */
  readonly tokens = new Map<string, string>();
  submitted: SubmittedTask | undefined;
  isOnLog = false;
  readonly shown = new Map<string, number>();

  constructor(readonly taskId: string) {}

  get last(): number {
    return this.texts.length;
  }

  get isOver(): boolean {
    const last = this.events.at(-1);
    return last !== undefined && isTerminal(last.type);
  }

  /** A gateway has shown a state of so many events: later ones have no fewer. */
  show(gateway: string, count: number): void {
    this.shown.set(gateway, Math.max(this.shown.get(gateway) ?? 0, count));
  }

  add(text: string): void {
    this.texts.push(text);
    this.events.push(JSON.parse(text) as PlanEvent);
  }

  /** How many events a state counts that was last changed then; -1: no number of them. */
  countAt(updatedAt: string): number {
    if (updatedAt === new Date(madeAt(this.taskId)).toISOString()) return 0;
    return this.events.findIndex(({ time }) => time === updatedAt) + 1 || -1;
  }

  viewAt(count: number): TaskView {
    return foldTask(this.taskId, this.events.slice(0, count), count === 0 ? this.submitted : undefined);
  }
}

/** The first thing that was not so. */
export class Judge {
  readonly records = new Map<string, TaskRecord>();
  readonly counts = new Map<string, number>();
  violation: string | undefined;

  constructor(private readonly describeTime: () => string) {}

  readonly report = (what: string): void => {
    this.violation ??= `${this.describeTime()}: ${what}`;
  };

  /** A gateway that begins anew knows nothing of what was shown by the one before. */
  forget(gateway: string): void {
    for (const record of this.records.values()) record.shown.delete(gateway);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  of(taskId: string): TaskRecord {
    let record = this.records.get(taskId);
    if (!record) this.records.set(taskId, (record = new TaskRecord(taskId)));
    return record;
  }
}
