/**
 * Reads of tasks: from memory when the task is recent, from the read model otherwise.
 * Promises: a task that was accepted before the request is found, on every instance; what cannot be known in time is `unavailable`, never `task_not_found`;
 * a task that has ended does not run again. Whoever wakes up late sends events again that are long on the log: of a task that memory has forgotten they look like the first of one that runs.
 */
import {
  endedStatuses,
  limits,
  PlatformError,
  topics,
  type PlanEvent,
  type StepView,
  type TaskMetrics,
  type TaskPage,
} from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import { isTerminal, parseEvent, typeInText } from '../domain/event-text.ts';
import type { LiveTask } from '../domain/live-task.ts';
import type { LiveTasks } from '../domain/live-tasks.ts';
import { didYouMean } from '../domain/nearest-name.ts';
import { foldStep } from '../domain/step-fold.ts';
import { foldTask } from '../domain/task-fold.ts';
import { isUuid7 } from '../domain/task-id.ts';
import { measureTask } from '../domain/task-metrics.ts';
import type { ReadModel, StoredTask, TaskQuery } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';

/** A task where it was found; a live one holds all its events from the first on, or what was submitted. */
export type FoundTask = { readonly live: LiveTask } | { readonly stored: StoredTask };

const readAtOnce = 1_000;
/** After which a task that runs in memory may have gone on without it: the read model is further by then. */
const silentMs = 2_000;
/** How far the clocks of gateways and orchestrators may be apart, ms. What is said to happen later says nothing of how long it has been: a clock was set. */
const clockSkewMs = 5_000;
/** Of a page of events: a thousand of the largest would be more than one text can hold. */
const pageChars = 16 * limits.recordBytes;

export class ReadTasks {
  constructor(
    private readonly live: LiveTasks,
    private readonly model: ReadModel,
    private readonly fresh: FreshReads,
    private readonly clock: Clock,
  ) {}

  /** Throws `task_not_found`. A task in memory is answered at once when it has ended, or something was heard of it just now. */
  find(taskId: string): FoundTask | Promise<FoundTask> {
    const live = this.live.find(taskId);
    if (live && isWhole(live) && !this.live.isBehind(live))
      return this.isSilent(live) ? this.findNewer(live) : { live };
    if (!isUuid7(taskId)) throw notFound(taskId);
    return this.findStored(taskId);
  }

  /** As JSON. */
  async view(taskId: string): Promise<string> {
    const found = this.find(taskId);
    const task = found instanceof Promise ? await found : found;
    if ('live' in task) return JSON.stringify(foldTask(taskId, parseLive(task.live), task.live.submission()));
    return JSON.stringify(foldTask(taskId, await this.allEvents(task.stored), task.stored.submitted));
  }

  /** A task of which only the request is known is `accepted`. */
  async status(taskId: string): Promise<string> {
    const task = await this.find(taskId);
    return 'live' in task ? foldTask(taskId, parseLive(task.live)).status : task.stored.status;
  }

  async step(taskId: string, stepId: string): Promise<StepView> {
    const events = await this.events(taskId);
    const step = foldStep(taskId, stepId, events);
    if (step) return step;
    const known = foldTask(taskId, events).plan.map((planned) => planned.step_id);
    throw new PlatformError('step_not_found', {
      detail: `The task has no step ${JSON.stringify(stepId.slice(0, 200))}.${didYouMean(stepId, known)}`,
    });
  }

  async metrics(taskId: string): Promise<TaskMetrics> {
    return measureTask(taskId, await this.events(taskId));
  }

  /** As JSON, put together from the texts; fewer than `limit` when they are large. */
  async eventPage(taskId: string, after: number, limit: number): Promise<string> {
    const task = await this.find(taskId);
    const texts = ofOnePage(
      'live' in task ? task.live.texts.slice(after, after + limit) : await this.storedAfter(taskId, after, limit),
    );
    const last = texts.at(-1);
    const isOver = last === undefined ? hasEndedBy(task, after) : isTerminal(typeInText(last));
    return `{"events":[${texts.join(',')}],"next":${isOver ? 'null' : after + texts.length}}`;
  }

  async list(query: TaskQuery): Promise<TaskPage> {
    await this.fresh.wait(topics.taskRequests, topics.planEvents);
    const { items, total } = await this.model.listTasks({ ...query, limit: query.limit + 1 });
    const page = items.slice(0, query.limit);
    return {
      items: page,
      next: items.length > query.limit ? cursorOf(page.at(-1)!.task_id) : null,
      ...(total === undefined ? {} : { total }),
    };
  }

  private async events(taskId: string): Promise<PlanEvent[]> {
    const task = await this.find(taskId);
    return 'live' in task ? task.live.texts.map(parseEvent) : this.allEvents(task.stored);
  }

  private async allEvents({ taskId }: StoredTask): Promise<PlanEvent[]> {
    const events: PlanEvent[] = [];
    for (;;) {
      const texts = await this.storedAfter(taskId, events.length, readAtOnce, Infinity);
      for (const text of texts) events.push(parseEvent(text));
      if (texts.length < readAtOnce) return events;
    }
  }

  private async storedAfter(
    taskId: string,
    seq: number,
    limit: number,
    maxChars = pageChars,
  ): Promise<readonly string[]> {
    const texts = await this.model.eventsAfter(taskId, seq, limit, maxChars);
    if (texts.length > 0) this.live.passed(taskId, seq + texts.length);
    return texts;
  }

  private isSilent(live: LiveTask): boolean {
    const silent = this.clock.now() - live.lastAt;
    return !live.ended && (silent > silentMs || silent < -clockSkewMs);
  }

  /** While the read model is away, or does not answer, memory is believed. */
  private async findNewer(live: LiveTask): Promise<FoundTask> {
    const stored = await this.fresh.inTime(this.model.findTask(live.taskId)).catch(() => undefined);
    if (stored && stored.lastSeq > live.last) return this.further(stored);
    // Meanwhile the tail may have brought what does not follow on what came again.
    return isWhole(live) ? { live } : this.findStored(live.taskId);
  }

  private async findStored(taskId: string): Promise<FoundTask> {
    await this.fresh.wait(topics.taskRequests, topics.planEvents);
    const stored = await this.model.findTask(taskId);
    if (stored) return this.further(stored);
    const live = this.live.find(taskId);
    if (live && isWhole(live)) return { live };
    throw notFound(taskId);
  }

  /** What memory holds less of is of no use but to who watches it. */
  private further(stored: StoredTask): FoundTask {
    this.live.passed(stored.taskId, stored.lastSeq);
    const live = this.live.find(stored.taskId);
    if (live && this.live.isBehind(live)) this.live.putOut(live);
    return { stored };
  }
}

/** The cursor of a list that is sorted by id, newest first. */
export const cursorOf = (id: string): string => btoa(id).replaceAll('=', '');

/** Throws `invalid_cursor`. */
export function idOfCursor(cursor: string): string {
  const id = /^[A-Za-z0-9+/]{48}$/.test(cursor) ? atob(cursor) : '';
  if (isUuid7(id)) return id;
  throw new PlatformError('invalid_cursor', {
    detail: 'This cursor was not made here. Begin again without it.',
    pointer: 'cursor',
  });
}

function ofOnePage(texts: readonly string[]): readonly string[] {
  let chars = 0;
  const end = texts.findIndex((text) => (chars += text.length) > pageChars);
  return end < 0 ? texts : texts.slice(0, end);
}

const isWhole = (task: LiveTask): boolean =>
  task.first === 1 && (task.texts.length > 0 || task.submitted !== undefined);

/** A completed task's steps are told by how they ended, so the many dispatches need not be parsed. */
function parseLive(task: LiveTask): PlanEvent[] {
  const isCompleted = task.types.at(-1) === 'TaskCompleted';
  const events: PlanEvent[] = [];
  for (let at = 0; at < task.texts.length; at += 1) {
    if (!isCompleted || task.types[at] !== 'StepDispatched') events.push(parseEvent(task.texts[at]!));
  }
  return events;
}

function hasEndedBy(task: FoundTask, seq: number): boolean {
  if ('live' in task) return task.live.ended && seq >= task.live.last;
  return endedStatuses.has(task.stored.status) && seq >= task.stored.lastSeq;
}

const notFound = (taskId: string): PlatformError =>
  new PlatformError('task_not_found', { detail: `There is no task ${JSON.stringify(taskId.slice(0, 64))}.` });
