/** A consumer's membership, also while it is still joining: nothing is delivered before there is something to pause. */
import type { CommittedPosition, GroupMembership, GroupOptions, MessageLog, TopicPartition } from '../message-log.ts';

export class GroupLink {
  #membership: GroupMembership | undefined;
  #joined = Promise.withResolvers<void>();

  async join(log: MessageLog, options: GroupOptions): Promise<void> {
    this.#membership = await log.join({
      ...options,
      onRecords: (batch) =>
        this.#membership ? options.onRecords(batch) : this.#joined.promise.then(() => options.onRecords(batch)),
    });
    this.#joined.resolve();
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

  async leave(): Promise<void> {
    await this.#membership?.leave();
  }
}
