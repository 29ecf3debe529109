/**
 * Reads all partitions of some topics. Kafka's client reads in groups only, so each tail is a group of one that never commits;
 * the cluster forgets such a group when its member has left.
 */
import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka } from 'kafkajs';
import { backOffMs, Pause, usualBackOff } from '../back-off.ts';
import type { Tail, TailOptions, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { Cluster } from './cluster.ts';
import { fetchingConsumer, heartbeatMsOf, keepRunning } from './fetching.ts';
import { Handlings } from './handlings.ts';
import type { Fetched } from './held-partitions.ts';
import { unavailable } from './kafka-errors.ts';
import { boundsOf } from './positions.ts';

export interface KafkaTailOptions {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  readonly sessionTimeoutMs: number;
  /** Of all its topics. */
  readonly partitionCount: number;
  onTrouble(error: unknown): void;
  onEnd(tail: KafkaTail): void;
}

export class KafkaTail implements Tail {
  private readonly consumer: Consumer;
  private readonly next = new Map<string, { readonly of: TopicPartition; offset: number }>();
  private readonly handlings = new Handlings();
  private readonly rest = new Set<Pause>();
  private closing: Promise<void> | undefined;
  /** Or closed before that. */
  private readonly joined = Promise.withResolvers<void>();

  constructor(
    private readonly tail: TailOptions,
    private readonly options: KafkaTailOptions,
  ) {
    const groupId = `waybill-tail-${randomUUID()}`;
    this.consumer = fetchingConsumer({ ...options, groupId });
  }

  /** Resolves when the start is fixed and the partitions are being read, or when it was closed before that. */
  async start(): Promise<void> {
    const { consumer, tail } = this;
    try {
      for (const topic of tail.topics) await this.fixStart(topic);
      consumer.on(consumer.events.GROUP_JOIN, () => {
        if (!this.closing) this.seekAll();
        this.joined.resolve();
      });
      await consumer.connect();
      await consumer.subscribe({ topics: [...tail.topics], fromBeginning: true });
      await keepRunning(consumer, {
        heartbeatMs: heartbeatMsOf(this.options.sessionTimeoutMs),
        partitionCount: this.options.partitionCount,
        isClosing: () => this.closing !== undefined,
        onTrouble: (error) => this.options.onTrouble(error),
        deliver: (fetched, isStale) => this.deliver(fetched, isStale),
      });
      await this.joined.promise;
    } catch (error) {
      throw unavailable(`read ${tail.topics.join(', ')}`, error);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    for (const pause of this.rest) pause.cut();
    await this.handlings.settled();
    await this.consumer.stop().catch((error: unknown) => this.options.onTrouble(error));
    await this.consumer.disconnect().catch((error: unknown) => this.options.onTrouble(error));
    this.joined.resolve();
    this.options.onEnd(this);
  }

  private async fixStart(topic: string): Promise<void> {
    const { from } = this.tail;
    const bounds = await boundsOf(this.options.cluster, topic);
    for (const [partition, { start, end }] of bounds.entries()) {
      const given = typeof from === 'string' ? undefined : from.get(topic)?.[partition];
      const offset = from === 'end' ? end : Math.max(start, given ?? start);
      this.next.set(nameOf({ topic, partition }), { of: { topic, partition }, offset });
      // All that was there has expired: nothing will be fetched that would say so.
      if (from !== 'end' && start === end && end > 0)
        await this.tail.onRecords({ topic, partition, records: [], nextOffset: end });
    }
  }

  private seekAll(): void {
    for (const { of, offset } of this.next.values()) this.consumer.seek({ ...of, offset: String(offset) });
  }

  /** Again and again until it is taken: nothing that comes after it may come before it. */
  private async deliver(fetched: Fetched, isStale: () => boolean): Promise<boolean> {
    const place = this.next.get(nameOf(fetched));
    if (!place || isStale()) return false;
    const records = fetched.records.filter(({ offset }) => offset >= place.offset);
    for (let failures = 0; !this.closing;) {
      try {
        if (records.length > 0) await this.handlings.run(() => this.tail.onRecords({ ...fetched, records }));
        place.offset = fetched.nextOffset;
        return true;
      } catch (error) {
        failures += 1;
        this.options.onTrouble(error);
        const pause = new Pause();
        this.rest.add(pause);
        await pause.wait(backOffMs(usualBackOff, failures));
        this.rest.delete(pause);
      }
    }
    return false;
  }
}
