/** Reads all partitions of some topics, without a group. */
import { backOffMs, Pauses, usualBackOff } from '../back-off.ts';
import type { Position, Tail, TailOptions, TopicPartition } from '../message-log.ts';
import type { ClientCluster } from './client/client-cluster.ts';
import type { Cluster } from './cluster.ts';
import type { Fetched } from './held-partitions.ts';
import { unavailable } from './kafka-errors.ts';
import { boundsOf } from './positions.ts';
import { Reader } from './reader.ts';

export interface KafkaTailOptions {
  /** For questions. */
  readonly cluster: Cluster;
  /** To read from, its own. */
  readonly brokers: ClientCluster;
  onTrouble(error: unknown): void;
  onEnd(tail: KafkaTail): void;
}

export class KafkaTail implements Tail {
  private readonly reader: Reader;
  private readonly rests = new Pauses();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly tail: TailOptions,
    private readonly options: KafkaTailOptions,
  ) {
    this.reader = new Reader({
      cluster: options.brokers,
      deliver: (fetched) => this.deliver(fetched),
      outOfRange: (partition) => this.oldest(partition),
      onTrouble: (error) => options.onTrouble(error),
    });
  }

  /** Resolves when the start is fixed, or when it was closed before that. */
  async start(): Promise<void> {
    const { topics } = this.tail;
    try {
      const positions: Position[] = [];
      for (const topic of topics) positions.push(...(await this.startOf(topic)));
      await this.options.brokers.connect();
      await this.options.brokers.addMultipleTargetTopics(topics);
      if (!this.closing) this.reader.read(positions);
      else await this.options.brokers.disconnect(); // what was connected after its end
    } catch (error) {
      await this.close(); // nobody else can
      throw unavailable(`read ${topics.join(', ')}`, error);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.rests.cut();
    await this.reader.close();
    this.options.onEnd(this);
  }

  private async startOf(topic: string): Promise<Position[]> {
    const { from } = this.tail;
    const positions: Position[] = [];
    for (const [partition, { start, end }] of (await boundsOf(this.options.cluster, topic)).entries()) {
      const given = typeof from === 'string' ? undefined : from.get(topic)?.[partition];
      const offset = from === 'end' ? end : Math.max(start, given ?? start);
      positions.push({ topic, partition, offset });
      // All that was there has expired: nothing will be fetched that would say so.
      if (from !== 'end' && start === end && end > 0)
        await this.tail.onRecords({ topic, partition, records: [], nextOffset: end });
    }
    return positions;
  }

  private async oldest({ topic, partition }: TopicPartition): Promise<number> {
    return (await boundsOf(this.options.cluster, topic))[partition]?.start ?? 0;
  }

  /** Again and again until it is taken: nothing that comes after it may come before it. */
  private async deliver(fetched: Fetched): Promise<boolean> {
    for (let failures = 0; !this.closing;) {
      try {
        await this.tail.onRecords(fetched);
        return true;
      } catch (error) {
        failures += 1;
        this.options.onTrouble(error);
        if (!this.closing) await this.rests.wait(backOffMs(usualBackOff, failures));
      }
    }
    return false;
  }
}
