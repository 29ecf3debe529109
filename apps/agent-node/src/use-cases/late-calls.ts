/**
 * Model calls that end after their activation did (it was cancelled, or its time was up): each is a record by itself.
 * Promises: no activation waits for them; what cannot be written is lost, and that is told; a node that ends waits for them for a second at most.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { ActivationCounters } from '../ports/observation.ts';

export interface LateCallsPorts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Clock;
  readonly counters: Pick<ActivationCounters, 'lostCalls'>;
}

/** Of each kind: an agent may never end, and the log may be away. */
const most = 1_000;
const closeMs = 1_000;

export class LateCalls {
  /** Of agents that nobody waits for any more: their calls have ended when they have. */
  private readonly answers = new Set<Promise<unknown>>();
  private readonly writing = new Set<Promise<void>>();
  private isClosed = false;
  private closing: Promise<void> | undefined = undefined;

  constructor(private readonly ports: LateCallsPorts) {}

  /** The agent is left to itself. */
  follow(answer: Promise<unknown>): void {
    for (const oldest of this.answers) {
      if (this.answers.size < most) break;
      this.answers.delete(oldest);
    }
    const forget = (): void => void this.answers.delete(answer);
    this.answers.add(answer);
    answer.then(forget, forget);
  }

  write(call: OutgoingMessage): void {
    if (this.isClosed || this.writing.size >= most)
      return this.ports.counters.lostCalls(new PlatformError('unavailable'));
    const written = this.append(call).finally(() => this.writing.delete(written));
    this.writing.add(written);
  }

  /** What ends later than this waits is lost. */
  close(): Promise<void> {
    this.closing ??= this.waitAndClose();
    return this.closing;
  }

  private async waitAndClose(): Promise<void> {
    const timeUp = Promise.withResolvers<void>();
    const forget = this.ports.clock.after(closeMs, timeUp.resolve);
    await Promise.race([this.settled(), timeUp.promise]);
    forget();
    this.isClosed = true;
  }

  private async settled(): Promise<void> {
    await Promise.allSettled(this.answers);
    await Promise.all(this.writing);
  }

  private async append(call: OutgoingMessage): Promise<void> {
    try {
      await this.ports.log.append([call]);
    } catch (error) {
      this.ports.counters.lostCalls(error);
    }
  }
}
