/**
 * Plays a workload on a stage, as discrete events: at each time everything that can happen happens, then the clock is moved to the next time.
 * Orchestrators, log and store run freely; only what clients and agents do waits until the task that it is done to is at rest.
 */
import {
  defaultOwner,
  encodeMessage,
  PlanEvent,
  topics,
  Verdict,
  type CancelTask,
  type IncomingMessage,
} from '@waybill/contracts';
import { PlayedTask } from './played-task.ts';
import type { SeededAnswers } from './seeded-answers.ts';
import type { Player, Stage } from './stage.ts';
import { nextOn, onGrid, wakeUpGridMs, type ScheduledTask } from './workload.ts';

export class Play implements Player {
  readonly tasks: ReadonlyMap<string, PlayedTask>;
  private readonly firstEnd = Promise.withResolvers<void>();
  private readonly ended = Promise.withResolvers<void>();
  private readonly instance = 'equal-states';
  private isLooking = false;
  private sent = 0;

  constructor(
    private readonly stage: Stage,
    workload: readonly ScheduledTask[],
    private readonly answers: SeededAnswers,
  ) {
    this.tasks = new Map(workload.map((scheduled) => [scheduled.request.task_id, new PlayedTask(scheduled)]));
  }

  /** The first task has ended, and others run. */
  get underWay(): Promise<void> {
    return this.firstEnd.promise;
  }

  /** Resolves when every task has ended and all was done that was to be done. */
  async run(): Promise<ReadonlyMap<string, PlayedTask>> {
    this.stage.player = this;
    this.look();
    await this.ended.promise;
    return this.tasks;
  }

  onRecord({ topic, key, value }: IncomingMessage): void {
    const body: unknown = JSON.parse(String(value));
    if (topic === topics.planEvents) this.attempt(() => this.tasks.get(key)?.fold(PlanEvent.parse(body)));
    else if (key === this.instance) {
      const verdict = Verdict.parse(body);
      const task = this.tasks.get(verdict.command_id);
      if (task) task.verdict = verdict;
    }
    this.look();
  }

  async onWork(body: unknown): Promise<void> {
    const answer = this.answers.to(body, this.stage.clock.now());
    const task = answer && this.tasks.get(answer.taskId);
    if (!task) return;
    await new Promise<void>((done) => {
      task.hold({ ...answer, at: onGrid(answer.at), done });
      this.look();
    });
  }

  /** What keeps it from ending. */
  describe(): string {
    const now = this.stage.clock.now();
    const lines = [...this.tasks.values()]
      .filter((task) => !task.isOver)
      .map((task) => {
        const { scheduled, events } = task;
        const last = events.at(-1);
        return `${scheduled.request.task_id}: ${task.isAtRest(now) ? 'at rest' : 'moving'} after ${last?.seq} ${last?.type}`;
      });
    return `${this.stage.name} at ${now}\n${lines.join('\n')}`;
  }

  /** After everything that has come by then. */
  private look(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    setImmediate(() => {
      this.isLooking = false;
      this.attempt(() => this.proceed());
    });
  }

  private proceed(): void {
    const { clock } = this.stage;
    const tasks = [...this.tasks.values()];
    for (let now = clock.now(); ; now = clock.now()) {
      for (const task of tasks) if (task.isAtRest(now)) this.actOn(task, now);
      if (tasks.some((task) => task.hasEnded)) this.firstEnd.resolve();
      if (tasks.every((task) => task.isOver && task.isAtRest(now))) return this.ended.resolve();
      if (!tasks.every((task) => task.isAtRest(now))) return;
      const next = Math.min(...tasks.map((task) => task.nextAt(now)));
      if (next === Infinity) throw new Error('Nothing will ever happen again');
      clock.moveTo(nextOn(wakeUpGridMs, next));
    }
  }

  private actOn(task: PlayedTask, now: number): void {
    const { request, submitAt, cancelAt } = task.scheduled;
    if (!task.isSubmitted && submitAt <= now) {
      task.isSubmitted = true;
      this.send(topics.taskRequests, request.task_id, request);
    } else if (!task.isCancelled && cancelAt !== undefined && cancelAt <= now) {
      task.isCancelled = true;
      this.send(topics.taskRequests, request.task_id, this.cancelling(request.task_id));
    } else {
      for (const { results, done } of task.takeDue(now, this.stage.order)) {
        for (const result of results) this.send(topics.taskResults, result.plan_id, result, done);
      }
    }
  }

  private cancelling(task_id: string): CancelTask {
    const reply_to = { instance: this.instance, command_id: task_id };
    return { type: 'CancelTask', task_id, reason: 'the client asked', reply_to };
  }

  private send(topic: string, key: string, body: { type: string }, done?: () => void): void {
    const id = `${this.stage.clock.now()}/${(this.sent += 1)}`;
    const meta = {
      id,
      source: this.instance,
      time: new Date(this.stage.clock.now()).toISOString(),
      owner: defaultOwner,
    };
    const message = encodeMessage({ topic, key, name: body.type }, body, meta);
    void this.stage.log.append([message]).then(
      () => done?.(),
      (error: unknown) => this.ended.reject(error),
    );
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.ended.reject(error);
    }
  }
}
