/** A consumer's membership, also while it is still joining: nothing is delivered before there is something to pause. */
import type { CommittedPosition, GroupMembership, GroupOptions, MessageLog, TopicPartition } from '../message-log.ts';

export class GroupLink {
  #membership: GroupMembership | undefined;
  #joined = Promise.withResolvers<void>();
  #isLeft = false;

  async join(log: MessageLog, options: GroupOptions): Promise<void> {
    this.#membership = await log.join({
      ...options,
      onRecords: (batch) =>
        this.#membership ? options.onRecords(batch) : this.#joined.promise.then(() => options.onRecords(batch)),
    });
    this.#joined.resolve();
    if (this.#isLeft) await this.#membership.leave();
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#membership?.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#membership?.resume(partitions);
  }

  giveBack(partitions: readonly TopicPartition[], why: Error): void {
    this.#membership?.giveBack(partitions, why);
  }

  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    await this.#membership?.commit(positions);
  }

  /** While it is still joining: as soon as it has. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.#membership?.leave();
  }
}
