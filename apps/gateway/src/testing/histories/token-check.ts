/**
 * What holds of the tokens that one connection shows: of each activation in order and once, none after the event that ended it, and a reset where
 * an attempt begins anew for the client.
 */
import type { PlanEvent } from '@waybill/contracts';
import type { TaskRecord } from './record.ts';

type Place = readonly [epoch: number, turn: number, index: number];
export interface ShownToken {
  readonly work_id: string;
  readonly epoch: number;
  readonly turn: number;
  readonly index: number;
  readonly text: string;
}

const endings: ReadonlySet<string> = new Set(['StepSuspended', 'StepCompleted', 'StepRetryScheduled', 'StepFailed']);

export class TokenCheck {
  private readonly places = new Map<string, Place>();
  private readonly ends = new Map<string, Place>();
  private readonly resets = new Set<string>();

  /** `attempts`: of which the client has tokens, by work. `isBlind`: it came without the place of a token. */
  constructor(
    private readonly task: TaskRecord,
    private readonly attempts: Map<string, number>,
    private readonly isBlind: boolean,
  ) {}

  event({ type, data }: PlanEvent): void {
    if (!endings.has(type)) return;
    const { work_id: work, epoch, turn } = data as unknown as ShownToken;
    this.ends.set(work, [epoch, type === 'StepRetryScheduled' ? Infinity : turn, Infinity]);
  }

  reset({ work_id: work, epoch }: ShownToken): void {
    this.resets.add(work);
    this.attempts.set(work, epoch);
  }

  /** Answers what is wrong with it. */
  token({ work_id: work, epoch, turn, index, text }: ShownToken): string | undefined {
    const place: Place = [epoch, turn, index];
    const before = this.places.get(work);
    const end = this.ends.get(work);
    const known = this.attempts.get(work) ?? epoch;
    this.places.set(work, place);
    this.attempts.set(work, epoch);
    if (this.task.tokens.get(`${work}/${place.join('.')}`) !== text) return 'as another';
    if (before && !isAfter(place, before)) return `after ${before.join('.')}`;
    if (end && !isAfter(place, end)) return 'after the end of its activation';
    // Of an earlier one it may get late tokens where the gateway has forgotten the task (docs/roadmap.md).
    if (known < epoch || (this.isBlind && !this.resets.has(work))) return 'without a reset';
    return undefined;
  }
}

function isAfter(place: Place, other: Place): boolean {
  const differing = place.findIndex((part, nth) => part !== other[nth]);
  return differing >= 0 && place[differing]! > other[differing]!;
}
