/** Reads that see whatever was written before they began: take the end of the log, then wait until it was read so far. */
import { PlatformError } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../ports/log-positions.ts';

export class FreshReads {
  constructor(
    private readonly log: MessageLog,
    private readonly reader: LogPositions,
    private readonly patienceMs: number,
  ) {}

  /** Throws `unavailable` when the reader does not come that far in time. */
  async wait(...topics: readonly string[]): Promise<void> {
    try {
      await Promise.all(
        topics.map(async (topic) => this.reader.waitFor(topic, await this.log.endOffsets(topic), this.patienceMs)),
      );
    } catch (cause) {
      const detail = 'What was written before your request has not been read yet. Try again in a moment.';
      throw new PlatformError('unavailable', { detail, cause, retryAfterMs: 1_000 });
    }
  }
}
