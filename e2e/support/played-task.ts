/**
 * One task on a stage: its state as its events fold, the answers that its agents have ready, and what has to happen to it next.
 * Promise: it is at rest only when nothing more happens to it before the clock is moved or somebody does something; so what is done to a task at rest meets the
 * same state on every stage.
 */
import { terminalEventTypes, type PlanEvent, type Verdict } from '@waybill/contracts';
import { decide, emptyPlan, evolve, nextWakeUp, readySteps, type Plan } from '@waybill/workflow';
import type { PlannedAnswer } from './seeded-answers.ts';
import type { ScheduledTask } from './workload.ts';

/** An answer that waits for its time. */
export interface HeldAnswer extends PlannedAnswer {
  readonly done: () => void;
}

/** In which the log gets answers that race. */
export type RaceOrder = 'forwards' | 'backwards';

export class PlayedTask {
  readonly events: PlanEvent[] = [];
  verdict: Verdict | undefined;
  isSubmitted = false;
  isCancelled = false;
  private plan: Plan = emptyPlan();
  /** Work that has come, by the name of the activation or call. */
  private readonly arrived = new Set<string>();
  private readonly held = new Map<string, HeldAnswer>();
  /** Answers that will be applied. */
  private readonly given = new Set<string>();

  constructor(readonly scheduled: ScheduledTask) {}

  get hasEnded(): boolean {
    return this.plan.status === 'ended';
  }

  /** Nothing is left to be done to it. */
  get isOver(): boolean {
    return this.hasEnded && this.held.size === 0 && (this.scheduled.cancelAt === undefined || this.isCancelled);
  }

  /** Drops what comes twice; throws when one is missing or comes after the end. */
  fold(event: PlanEvent): void {
    const known = this.events[event.seq - 1];
    if (known && JSON.stringify(known) === JSON.stringify(event)) return;
    if (this.hasEnded || event.seq !== this.events.length + 1)
      throw new Error(`${event.type} (${event.seq}) follows ${this.events.at(-1)?.type} (${this.events.length})`);
    this.events.push(event);
    this.plan = evolve(this.plan, event);
    const open = this.open();
    for (const name of this.given) if (!open.has(name)) this.given.delete(name);
    if (terminalEventTypes.has(event.type) !== this.hasEnded) throw new Error(`${event.type} ends it wrongly`);
  }

  /** Work that comes again is answered once. */
  hold(answer: HeldAnswer): void {
    const isNew = !this.arrived.has(answer.name);
    this.arrived.add(answer.name);
    if (isNew && answer.results.length > 0) this.held.set(answer.name, answer);
    else answer.done();
  }

  isAtRest(now: number): boolean {
    if (this.isCancelled && !this.verdict) return false;
    if (!this.isSubmitted || this.hasEnded) return true;
    return this.given.size === 0 && !this.isMoving(now) && [...this.open()].every((name) => this.arrived.has(name));
  }

  /** Takes out the answers to be given now: several only if the state afterwards is the same whichever is applied first. */
  takeDue(now: number, order: RaceOrder): readonly HeldAnswer[] {
    const open = this.open();
    const due = [...this.held.values()].filter(({ at }) => at <= now || this.hasEnded).toSorted(byName);
    const effective = due.filter(({ name }) => open.has(name));
    const isRace = effective.every((answer) => this.mayRace(answer));
    const given = isRace ? inOrder(effective, order) : effective.slice(0, 1);
    for (const { name } of given) this.given.add(name);
    const taken = [...due.filter(({ name }) => !open.has(name)), ...given];
    for (const { name } of taken) this.held.delete(name);
    return taken;
  }

  /** When something is to be done to it, or it does something by itself. */
  nextAt(now: number): number {
    const { submitAt, cancelAt } = this.scheduled;
    const mine = [...this.held.values()].map(({ at }) => at);
    if (!this.isSubmitted) mine.push(submitAt);
    if (cancelAt !== undefined && !this.isCancelled) mine.push(cancelAt);
    const wakeUp = nextWakeUp(this.plan, now);
    if (wakeUp !== undefined) mine.push(wakeUp);
    return Math.min(...mine);
  }

  /** The orchestrator has something to decide, or has decided and its events are on their way. */
  private isMoving(now: number): boolean {
    const { plan } = this;
    if (plan.status !== 'running' || plan.left === 0) return true;
    if ([...plan.steps.values()].some(({ progress }) => progress.status === 'failed')) return true;
    const commands = [
      { type: 'WakeUp' as const, at: now, jitter: 0 },
      ...readySteps(plan, now).map((stepId) => ({ type: 'DispatchStep' as const, stepId, at: now })),
    ];
    return commands.some((command) => {
      const decision = decide(plan, command);
      return 'events' in decision && decision.events.length > 0;
    });
  }

  /** Activations and calls that an answer would be applied to. */
  private open(): Set<string> {
    const open = new Set<string>();
    if (this.plan.status !== 'running') return open;
    for (const { planned, progress, epoch, turn } of this.plan.steps.values()) {
      const name = `${planned.work_id}/${epoch}/${turn}`;
      if (progress.status === 'running') open.add(name);
      else if (progress.status === 'waiting')
        for (const ordinal of progress.calls.keys()) open.add(`${name}/${ordinal}`);
    }
    return open;
  }

  /** What ends the task or is refused by its budget does so in a state that depends on what came before. */
  private mayRace({ stepId, results }: PlannedAnswer): boolean {
    const { plan } = this;
    const [result] = results;
    if (plan.status !== 'running' || Object.keys(plan.task.budget).length > 0 || !result) return false;
    if (result.outcome.status !== 'failed' || result.type === 'CallResult') return true;
    const { epoch, planned } = plan.steps.get(stepId)!;
    return result.outcome.error.class === 'transient' && epoch < planned.retry.max_attempts;
  }
}

const inOrder = <T>(answers: readonly T[], order: RaceOrder): readonly T[] =>
  order === 'forwards' ? answers : answers.toReversed();
const byName = (one: PlannedAnswer, other: PlannedAnswer): number => (one.name < other.name ? -1 : 1);
