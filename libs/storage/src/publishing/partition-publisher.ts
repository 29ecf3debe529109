/**
 * What one owner of a partition publishes after its commits, in their order, one commit at a time.
 * Promises: the mark is behind what was published, never ahead; once publishing has given up nothing more is sent and `lost` is called once.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { PlanCommit } from '../plan-store.ts';
import type { Taken } from './plan-database.ts';

export interface PublisherOptions {
  readonly log: MessageLog;
  /** Without it the mark follows each publication at once. */
  readonly clock?: Clock | undefined;
  /** How long nothing is published before the mark is moved without a commit, ms. */
  readonly markAfterMs: number;
  readonly moveMark: (mark: number) => Promise<void>;
  readonly lost: (error: unknown) => void;
}

export class PartitionPublisher {
  readonly ownerEpoch: number;
  /** A commit of which the outcome is not known. */
  unknown: PlanCommit | undefined;
  /** Settles when everything up to now is published. */
  private all: Promise<void> = Promise.resolve();
  /** Settles when everything but the last commit is published. */
  private allButLast: Promise<void> = this.all;
  private isOver = false;
  private published: number;
  private cancelMark: () => void = () => {};

  constructor(
    taken: Taken,
    private readonly options: PublisherOptions,
  ) {
    this.ownerEpoch = taken.fence.ownerEpoch;
    this.published = taken.mark;
  }

  get mark(): number {
    return this.published;
  }

  /** Deciding may run ahead of publishing by one commit. Throws when publishing has given up. */
  async ready(): Promise<void> {
    await this.allButLast;
    if (this.isOver) throw new PlatformError('log_unavailable', { detail: 'Publishing has given up.' });
  }

  /** What the last owner left, before anything new. */
  async catchUp(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.send(messages);
    await this.options.moveMark(this.published);
  }

  /** The answer to a commit may come when the partition was taken anew: what was committed is the new owner's to publish by then. */
  publishLater({ events, messages }: PlanCommit): void {
    if (this.isOver) return;
    this.cancelMark();
    const outgoing = [...events.map(({ message }) => message), ...messages];
    this.allButLast = this.all;
    this.all = this.all.then(() => this.publish(outgoing));
  }

  /** Resolves when everything is published. */
  drained(): Promise<void> {
    return this.all;
  }

  /** Sends nothing more. */
  end(): void {
    this.isOver = true;
    this.cancelMark();
  }

  private async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.isOver) return;
    try {
      await this.send(messages);
      this.markWhenIdle();
    } catch (error) {
      const wasOver = this.isOver;
      this.end();
      if (!wasOver) this.options.lost(error);
    }
  }

  private async send(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length > 0) await this.options.log.append(messages);
    this.published += messages.length;
  }

  private markWhenIdle(): void {
    const { clock, markAfterMs, moveMark } = this.options;
    this.cancelMark();
    // A mark that stays behind costs a repeated publication, nothing else.
    const mark = (): void => {
      if (!this.isOver) moveMark(this.published).catch(() => undefined);
    };
    if (clock) this.cancelMark = clock.after(markAfterMs, mark);
    else mark();
  }
}
