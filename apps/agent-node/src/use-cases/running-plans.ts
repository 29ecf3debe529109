/** The activations that run here: a cancellation finds those of its plan. */
import { PlatformError } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import { CancelledPlans } from '../domain/cancelled-plans.ts';

/** Why activations are given up when the node ends: somebody else will do them. */
export const shutDown = new PlatformError('unavailable', { detail: 'The agent node is shutting down.' });
const cancelled = new PlatformError('cancelled', { detail: 'The plan was cancelled.' });

/** One activation while it runs. Its `AbortSignal` is made when somebody asks for it: the cheapest agents never do. */
export class Activity {
  private reason: PlatformError | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private stop: ((reason: PlatformError) => void) | undefined = undefined;

  constructor(readonly planId: string) {}

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.reason !== undefined) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  get isOver(): boolean {
    return this.reason !== undefined;
  }

  /** Called once, at once when it is over already. */
  onStop(stop: (reason: PlatformError) => void): void {
    if (this.reason === undefined) this.stop = stop;
    else stop(this.reason);
  }

  end(reason: PlatformError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.controller?.abort(reason);
    this.stop?.(reason);
  }
}

export class RunningPlans {
  private readonly cancelledPlans = new CancelledPlans();
  /** Not by plan: there are many activations for each cancellation, which may look at all that run here. */
  private readonly running = new Set<Activity>();

  constructor(private readonly clock: Clock) {}

  /** Aborts what runs of the plan; what is queued will not be begun. */
  cancel(planId: string): void {
    this.cancelledPlans.add(planId, this.clock.now());
    for (const activity of this.running) if (activity.planId === planId) activity.end(cancelled);
  }

  isCancelled(planId: string): boolean {
    return this.cancelledPlans.has(planId, this.clock.now());
  }

  begin(activity: Activity): void {
    this.running.add(activity);
  }

  done(activity: Activity): void {
    this.running.delete(activity);
  }

  abandonAll(): void {
    for (const activity of this.running) activity.end(shutDown);
  }
}
