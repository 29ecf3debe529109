/**
 * How far the tokens of one task were heard. A record may come twice, also after the event that ended its activation: its place in the activation tells.
 * Promise: of each activation no piece is taken twice, and none once a later piece, a later activation of the same work or its end is known.
 */
import type { TokenFrame } from '@waybill/contracts';
import { parseEvent } from './event-text.ts';

type Place = readonly [epoch: number, turn: number, index: number];
/** The event that ends an activation; without a turn it ends the whole attempt. */
export interface ActivationEnd {
  readonly work_id: string;
  readonly epoch: number;
  readonly turn?: number;
}

const endsActivation: ReadonlySet<string> = new Set([
  'StepSuspended',
  'StepCompleted',
  'StepRetryScheduled',
  'StepFailed',
]);

/** Undefined: the event ends none, and is not parsed. */
export const activationEndIn = (type: string, text: string): ActivationEnd | undefined =>
  endsActivation.has(type) ? (parseEvent(text) as { data: ActivationEnd }).data : undefined;

export class HeardTokens {
  /** The last place, by work. */
  private readonly last = new Map<string, Place>();

  get isEmpty(): boolean {
    return this.last.size === 0;
  }

  /** False: it was heard before, or is over. */
  take({ work_id, epoch, turn, index }: Omit<TokenFrame, 'text'>): boolean {
    return this.moveTo(work_id, [epoch, turn, index]);
  }

  /** Whether anything was heard of it. */
  knows(workId: string): boolean {
    return this.last.has(workId);
  }

  end({ work_id, epoch, turn = Infinity }: ActivationEnd): void {
    this.moveTo(work_id, [epoch, turn, Infinity]);
  }

  private moveTo(workId: string, place: Place): boolean {
    const last = this.last.get(workId);
    if (last && !isAfter(place, last)) return false;
    this.last.set(workId, place);
    return true;
  }
}

function isAfter(place: Place, other: Place): boolean {
  const differing = place.findIndex((part, nth) => part !== other[nth]);
  return differing >= 0 && place[differing]! > other[differing]!;
}
