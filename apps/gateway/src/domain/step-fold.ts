/** One step in detail: its attempts and its journal, turn by turn. */
import { terminalEventTypes, type JsonObject, type PlanEvent, type StepView } from '@waybill/contracts';
import { foldTask } from './task-fold.ts';

type Attempt = StepView['attempts'][number];
type Entry = StepView['journal'][number];
const nothingUsed = { prompt_tokens: 0, completion_tokens: 0 };

/** Undefined when the plan has no such step. */
export function foldStep(taskId: string, stepId: string, events: readonly PlanEvent[]): StepView | undefined {
  const step = foldTask(taskId, events).plan.find((candidate) => candidate.step_id === stepId);
  return step && { task_id: taskId, ...step, ...historyOf(stepId, events) };
}

/** What a step went through, of any events that hold its own. */
export function historyOf(
  stepId: string,
  events: readonly PlanEvent[],
): Pick<StepView, 'attempts' | 'journal' | 'usage' | 'model'> {
  const fold = new StepFold();
  for (const event of events) if (concerns(event, stepId)) fold.apply(event);
  return fold.result();
}

/** The end of the task ends whatever is open. */
const concerns = ({ type, data }: PlanEvent, stepId: string): boolean =>
  terminalEventTypes.has(type) || ('step_id' in data && data.step_id === stepId);

class StepFold {
  private readonly attempts: Attempt[] = [];
  private readonly journal = new Map<number, Entry>();
  private readonly usage = { ...nothingUsed };
  /** For the open activation. */
  private reserved = 0;
  private model: string | null = null;

  apply(event: PlanEvent): void {
    switch (event.type) {
      case 'StepDispatched':
        this.reserved = event.data.max_tokens;
        if (this.attempts.at(-1)?.attempt === event.data.epoch) return;
        this.attempts.push({ attempt: event.data.epoch, status: 'running', started_at: event.time, ended_at: null });
        return;
      case 'StepSuspended':
        this.spend(event.data.usage);
        this.suspended(event.data);
        return;
      case 'CallCompleted':
        this.observed(event.data.ordinal, { observation: event.data.observation });
        return;
      case 'CallFailed':
        this.observed(event.data.ordinal, { error: event.data.error });
        return;
      case 'StepCompleted':
        this.spend(event.data.usage);
        this.model = event.data.model ?? null;
        this.finished(event.data);
        this.endAttempt(event.data.epoch, { status: 'completed', ended_at: event.time });
        return;
      case 'StepRetryScheduled':
      case 'StepFailed':
        this.spend(event.data.usage);
        this.endAttempt(event.data.epoch, { status: 'failed', ended_at: event.time, error: event.data.error });
        return;
      case 'TaskFailed':
      case 'TaskCancelled':
        this.abandon(event.time, event.data.lost_tokens);
        return;
      case 'TaskAccepted':
      case 'PlanCreated':
      case 'TaskCompleted':
    }
  }

  result(): Pick<StepView, 'attempts' | 'journal' | 'usage' | 'model'> {
    const { attempts, journal, usage, model } = this;
    return { attempts, journal: [...journal.values()].toSorted((a, b) => a.ordinal - b.ordinal), usage, model };
  }

  /** The usage of a turn stands at its first call: sums over the journal stay right. */
  private suspended(data: Extract<PlanEvent, { type: 'StepSuspended' }>['data']): void {
    for (const [index, { ordinal, call }] of data.calls.entries()) {
      this.journal.set(ordinal, {
        ordinal,
        attempt: data.epoch,
        turn: data.turn,
        thought: data.thought ?? null,
        action_name: call.kind,
        action_input: call.input,
        observation: null,
        token_usage: index === 0 ? data.usage : { ...nothingUsed },
      });
    }
  }

  private observed(ordinal: number, outcome: Pick<Entry, 'error'> | Pick<Entry, 'observation'>): void {
    const entry = this.journal.get(ordinal);
    if (entry) Object.assign(entry, outcome);
  }

  private finished(data: Extract<PlanEvent, { type: 'StepCompleted' }>['data']): void {
    const ordinal = Math.max(-1, ...this.journal.keys()) + 1;
    this.journal.set(ordinal, {
      ordinal,
      attempt: data.epoch,
      turn: data.turn,
      thought: data.thought ?? null,
      action_name: 'finish',
      action_input: {} as JsonObject,
      observation: data.output,
      token_usage: data.usage,
    });
  }

  /** Ends of before tell of no lost tokens: they did not count them. */
  private abandon(time: string, lostTokens = 0): void {
    if (lostTokens > 0) this.spend({ prompt_tokens: this.reserved, completion_tokens: 0 });
    const last = this.attempts.at(-1);
    if (last?.ended_at === null) this.endAttempt(last.attempt, { status: 'cancelled', ended_at: time });
  }

  /** One that ends before it has begun is none, and says nothing of the one before it. */
  private endAttempt(epoch: number, ending: Partial<Attempt>): void {
    const last = this.attempts.at(-1);
    if (last?.attempt === epoch) Object.assign(last, ending);
  }

  private spend(usage: { prompt_tokens: number; completion_tokens: number }): void {
    this.reserved = 0;
    this.usage.prompt_tokens += usage.prompt_tokens;
    this.usage.completion_tokens += usage.completion_tokens;
  }
}
