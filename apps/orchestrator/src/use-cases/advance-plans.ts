/**
 * Advances the plans of the partitions that this process owns.
 * Promises: a partition is taken (its owner epoch incremented) before anything of it is decided; after a failure the partition's memory is
 * dropped, and what was not committed is decided again by whoever takes it next.
 */
import { topics, type IncomingMessage } from '@waybill/contracts';
import type { TopicOffsets } from '@waybill/messaging';
import { PartitionOwner } from './partition-owner.ts';
import type { OrchestratorPorts } from './ports.ts';
import { Suspects } from './suspects.ts';

export interface PartitionWork {
  readonly partition: number;
  readonly records: readonly IncomingMessage[];
}

interface Held {
  readonly owner: PartitionOwner;
  cancelTimer: () => void;
  /** Set when the store can no longer publish for this owner. */
  lost?: Error;
}

/** A timer stands still while the machine sleeps, and does not know that the clock was set: so the clock is looked at. */
const lookEveryMs = 10_000;

export class AdvancePlans {
  private readonly held = new Map<number, Held>();
  private readonly suspects = new Suspects();
  /** By partition, the highest offset of a request in a batch that failed. */
  private readonly refusedUpTo = new Map<number, number>();

  /** `wake` asks the consumer to call `execute` for the partition, with whatever has come in. */
  constructor(
    private readonly ports: OrchestratorPorts,
    private readonly wake: (partition: number) => void,
  ) {}

  /** Where reading of the partition's topics begins. */
  async take(partition: number): Promise<TopicOffsets> {
    this.drop(partition);
    const lost: Pick<Held, 'lost'> = {};
    const ownership = await this.ports.store.take(partition, (error) => {
      lost.lost = error instanceof Error ? error : new Error(String(error));
      this.wake(partition);
    });
    const held: Held = Object.assign(lost, {
      owner: new PartitionOwner(ownership, this.ports, this.suspects, this.refusedUpTo.get(partition) ?? -1),
      cancelTimer: () => {},
    });
    this.held.set(partition, held);
    this.arm(partition, held);
    return { [topics.taskRequests]: ownership.offsets.requests, [topics.taskResults]: ownership.offsets.results };
  }

  async execute({ partition, records }: PartitionWork): Promise<void> {
    const held = this.held.get(partition);
    if (!held) throw new Error(`Partition ${partition} was not taken`);
    try {
      if (held.lost !== undefined) throw held.lost;
      await held.owner.advance(records);
    } catch (error) {
      if (this.held.get(partition) === held) this.drop(partition);
      this.noteRefused(partition, records);
      throw error;
    }
    this.arm(partition, held);
  }

  async release(partition: number): Promise<void> {
    if (!this.held.has(partition)) return;
    this.drop(partition);
    await this.ports.store.release(partition);
  }

  private noteRefused(partition: number, records: readonly IncomingMessage[]): void {
    let upTo = this.refusedUpTo.get(partition) ?? -1;
    for (const { topic, offset } of records) if (topic === topics.taskRequests) upTo = Math.max(upTo, offset);
    this.refusedUpTo.set(partition, upTo);
  }

  private drop(partition: number): void {
    this.held.get(partition)?.cancelTimer();
    this.held.delete(partition);
  }

  private arm(partition: number, held: Held): void {
    const { clock } = this.ports;
    held.cancelTimer();
    const { restMs } = held.owner;
    const due = held.owner.nextDue() ?? Infinity;
    const waitMs = Math.min(Math.max(0, due - clock.now()), restMs);
    if (waitMs === Infinity) return;
    held.cancelTimer = clock.after(Math.min(waitMs, lookEveryMs), () =>
      restMs === Infinity && clock.now() < due ? this.arm(partition, held) : this.wake(partition),
    );
  }
}
