/**
 * Reads that see whatever was written before they began: take the end of the log, then wait until it was read so far.
 * Promises: neither the log nor the reader is waited for longer than the patience; however many read at once, the log is asked one question at a time, by
 * which all read who had come when it was asked.
 */
import { PlatformError } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../ports/log-positions.ts';

export interface FreshReadsParts {
  readonly log: Pick<MessageLog, 'endOffsets'>;
  readonly reader: LogPositions;
  readonly clock: Clock;
  readonly patienceMs: number;
}

type Ends = Promise<readonly number[]>;

export class FreshReads {
  /** By topic, the question that is under way, and the one that is asked after it. */
  private readonly asked = new Map<string, Ends>();
  private readonly next = new Map<string, Ends>();

  constructor(private readonly parts: FreshReadsParts) {}

  /** Throws `unavailable` when the reader does not come that far in time. */
  async wait(...topics: readonly string[]): Promise<void> {
    try {
      await this.inTime(Promise.all(topics.map((topic) => this.waitFor(topic))));
    } catch (cause) {
      const detail = 'What was written before your request has not been read yet. Try again in a moment.';
      throw new PlatformError('unavailable', { detail, cause, retryAfterMs: 1_000 });
    }
  }

  private async waitFor(topic: string): Promise<void> {
    const { reader, patienceMs } = this.parts;
    await reader.waitFor(topic, await this.ends(topic), patienceMs);
  }

  private ends(topic: string): Ends {
    let next = this.next.get(topic);
    if (!next) this.next.set(topic, (next = this.askNext(topic)));
    return next;
  }

  private async askNext(topic: string): Ends {
    // What it is asked now may be answered although what it was asked before is not.
    await this.inTime(this.asked.get(topic)).catch(() => undefined);
    this.next.delete(topic);
    const ends = this.parts.log.endOffsets(topic);
    this.asked.set(topic, ends);
    return ends;
  }

  /** Rejects with `timeout` what takes longer than a read may wait. */
  inTime<T>(work: T): Promise<Awaited<T>> {
    const { clock, patienceMs } = this.parts;
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(patienceMs, () => late.reject(new PlatformError('timeout')));
    return Promise.race([work, late.promise]).finally(cancel);
  }
}
