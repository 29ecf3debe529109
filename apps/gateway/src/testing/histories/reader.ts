/** A client that reads states, pages and lists, and holds each answer against the record. */
import { PlatformError, type TaskPage, type TaskSummary, type TaskView } from '@waybill/contracts';
import type { Judge, TaskRecord } from './record.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import type { Surroundings } from './surroundings.ts';

export class Reader {
  constructor(
    private readonly judge: Judge,
    private readonly around: Surroundings,
    private readonly pickGateway: () => SimulatedGateway | undefined,
  ) {}

  readSomething(): void {
    const tasks = [...this.judge.records.values()].filter(({ isOnLog }) => isOnLog);
    if (tasks.length > 0) this.read(this.around.random.pick(tasks));
  }

  /** Twice, while what was said again of it is being heard. */
  readSoon(task: TaskRecord): void {
    const { timeline, random, circumstances } = this.around;
    for (const ms of [0, circumstances.tailMs]) timeline.after(random.between(0, 10 + ms), () => this.read(task));
  }

  private read(task: TaskRecord): void {
    const gateway = this.pickGateway();
    if (!gateway) return;
    const { random } = this.around;
    const kind = random.pick(['view', 'view', 'page', 'list', 'beyond'] as const);
    if (kind === 'view') void this.excused(this.view(gateway, task));
    else if (kind === 'page') void this.excused(this.page(gateway, task, random.int(0, task.last + 2)));
    else if (kind === 'beyond') void this.excused(this.beyond(gateway, task));
    else void this.excused(this.list(gateway));
  }

  /** When all is over: everything is shown whole. */
  readAll(gateway: SimulatedGateway): Promise<void> {
    return this.excused(this.all(gateway), []);
  }

  private async all(gateway: SimulatedGateway): Promise<void> {
    for (const task of this.judge.records.values()) {
      if (!task.isOnLog) continue;
      const seen = await this.view(gateway, task);
      if (seen !== task.last) this.say(gateway, task, `shows ${seen} of ${task.last} events at last`);
      if (!(await this.pages(gateway, task))) this.say(gateway, task, 'shows pages that do not end');
    }
    await this.list(gateway);
  }

  /** Answers how many events it counts. */
  private async view(gateway: SimulatedGateway, task: TaskRecord): Promise<number> {
    const least = task.shown.get(gateway.name) ?? 0;
    const text = await gateway.reads.view(task.taskId);
    const count = task.countAt((JSON.parse(text) as TaskView).updated_at);
    if (count < 0) this.say(gateway, task, `shows a state of no time: ${text}`);
    else if (text !== JSON.stringify(task.viewAt(count))) this.say(gateway, task, `shows another state: ${text}`);
    this.saw(gateway, task, { count, least });
    return count;
  }

  private async pages(gateway: SimulatedGateway, task: TaskRecord): Promise<boolean> {
    for (let after: number | null = 0, pages = 0; pages < 2_000; pages += 1) {
      after = await this.page(gateway, task, after);
      if (after === null) return true;
    }
    return false;
  }

  private async page(gateway: SimulatedGateway, task: TaskRecord, after: number): Promise<number | null> {
    const limit = this.around.random.int(1, task.last > 100 ? 400 : 20);
    const text = await gateway.reads.eventPage(task.taskId, after, limit);
    const { next, events } = JSON.parse(text) as { next: number | null; events: object[] };
    const expected = task.texts.slice(after, after + events.length);
    const isWhole = expected.length === events.length && text.startsWith(`{"events":[${expected.join(',')}],`);
    if (!isWhole || events.length > limit) this.say(gateway, task, `shows another page after ${after}: ${text}`);
    const isOver = task.isOver && after + events.length >= task.last;
    if (next === null ? !isOver : next !== after + events.length || (isOver && events.length > 0))
      this.say(gateway, task, `goes on at ${next} after ${after} and ${events.length} of ${task.last}`);
    return next;
  }

  /** A place that no task has yet is refused; one that has ended is over. */
  private async beyond(gateway: SimulatedGateway, task: TaskRecord): Promise<void> {
    const wasOver = task.isOver;
    const after = task.last + this.around.random.int(wasOver ? 0 : 9_000, 10_000);
    const sink = { begin: () => {}, write: () => true, end: () => {}, cut: () => {} };
    try {
      const stream = await gateway.follow.open(task.taskId, { after, tokens: false }, sink);
      if (stream === 'over' && task.isOver) return;
      this.say(gateway, task, `opens at ${after} of ${task.last}`);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'invalid_cursor') throw error;
      if (wasOver && after >= task.last) this.say(gateway, task, `refuses ${after}, which is after its end`);
    }
  }

  private async list(gateway: SimulatedGateway): Promise<void> {
    const least = new Map([...this.judge.records.values()].map((task) => [task, task.isOnLog ? task.last : -1]));
    const limit = this.around.random.int(1, 5);
    const seen = new Set<string>();
    let before: string | undefined;
    for (;;) {
      const query = { tenant: 'default', limit, ...(before === undefined ? {} : { before }) };
      const page: TaskPage = await gateway.reads.list(query);
      for (const item of page.items) this.takeItem(gateway, item, { seen, least });
      before = page.items.at(-1)?.task_id;
      if (page.next === null || before === undefined) break;
    }
    for (const [task, count] of least)
      if (count >= 0 && !seen.has(task.taskId)) this.say(gateway, task, 'is in no list');
  }

  private takeItem(
    gateway: SimulatedGateway,
    item: TaskSummary,
    { seen, least }: { seen: Set<string>; least: ReadonlyMap<TaskRecord, number> },
  ): void {
    const task = this.judge.of(item.task_id);
    if (seen.has(item.task_id)) this.say(gateway, task, 'is in a list twice');
    seen.add(item.task_id);
    const count = task.countAt(item.updated_at);
    const view = task.viewAt(Math.max(0, count));
    if (count < (least.get(task) ?? -1)) this.say(gateway, task, `is listed with ${count} of ${least.get(task)}`);
    if (count > 1 && item.status !== view.status) this.say(gateway, task, `is listed as ${item.status} at ${count}`);
    if (item.ended_at !== view.ended_at) this.say(gateway, task, `is listed with the end ${item.ended_at}`);
  }

  private saw(gateway: SimulatedGateway, task: TaskRecord, { count, least }: { count: number; least: number }): void {
    if (count < least) this.say(gateway, task, `shows a state of ${count} events after one of ${least}`);
    if (!gateway.isDead) task.show(gateway.name, count);
  }

  private async excused(reading: Promise<unknown>, codes = ['unavailable']): Promise<void> {
    try {
      await reading;
      this.judge.count('reads');
    } catch (error) {
      const code = error instanceof PlatformError ? error.code : String(error);
      this.judge.count(`unread: ${code}`);
      if (!codes.includes(code)) this.judge.report(`a read fails: ${(error as Error).stack}`);
    }
  }

  private say(gateway: SimulatedGateway, task: TaskRecord, what: string): void {
    this.judge.report(`${task.taskId} on ${gateway.name} ${what}`);
  }
}
