/** Reads all partitions of some topics, without a group. */
import { backOffMs, Pauses, usualBackOff } from '../back-off.ts';
import type { Position, Tail, TailOptions, TopicPartition } from '../message-log.ts';
import type { ClientCluster } from './client/client-cluster.ts';
import type { Cluster } from './cluster.ts';
import { Handlings } from './handlings.ts';
import type { Fetched } from './reading/held-partitions.ts';
import { unavailable } from './kafka-errors.ts';
import { boundsOf, boundsOfOne, type Bounds } from './reading/positions.ts';
import { Reader } from './reading/reader.ts';

export interface KafkaTailOptions {
  /** For questions. */
  readonly cluster: Cluster;
  /** Of each topic how many partitions it has. */
  readonly counts: readonly number[];
  /** To read from, its own. */
  readonly brokers: ClientCluster;
  onTrouble(error: unknown): void;
  onEnd(tail: KafkaTail): void;
}

export class KafkaTail implements Tail {
  private readonly reader: Reader;
  private readonly rests = new Pauses();
  private readonly handlings = new Handlings();
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
      const unknown: TopicPartition[] = [];
      for (const [at, topic] of topics.entries()) {
        const { led, offline } = await this.look(topic, this.options.counts[at]!);
        for (const [partition, bounds] of led) positions.push(await this.startOf(partition, bounds));
        unknown.push(...offline);
      }
      await this.options.brokers.connect();
      await this.options.brokers.addMultipleTargetTopics(topics);
      if (!this.closing) this.begin(positions, unknown);
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
    await Promise.all([this.reader.close(), this.handlings.settled()]);
    this.options.onEnd(this);
  }

  private async look(topic: string, count: number) {
    const all = Array.from({ length: count }, (_, partition) => partition);
    // The end that is meant is the one of now.
    const bounds = await boundsOf(this.options.cluster, topic, this.tail.from === 'end' ? all : []);
    const led = [...bounds].map(([partition, of]) => [{ topic, partition }, of] as const);
    const offline = all.filter((one) => !bounds.has(one)).map((partition) => ({ topic, partition }));
    return { led, offline };
  }

  private begin(positions: readonly Position[], unknown: readonly TopicPartition[]): void {
    this.reader.read(positions);
    for (const partition of unknown) void this.beginWhenLed(partition);
  }

  /** Which lasts as long as nobody leads it; the others are read meanwhile. */
  private async beginWhenLed(partition: TopicPartition): Promise<void> {
    for (let failures = 1; !this.closing; failures += 1) {
      try {
        const bounds = await boundsOfOne(this.options.cluster, partition);
        this.reader.read([await this.startOf(partition, bounds)]);
        return;
      } catch (error) {
        await this.rest(error, failures);
      }
    }
  }

  private async startOf({ topic, partition }: TopicPartition, { start, end }: Bounds): Promise<Position> {
    const { from } = this.tail;
    const given = typeof from === 'string' ? undefined : from.get(topic)?.[partition];
    // All that was there has expired: nothing will be fetched that would say so.
    if (from !== 'end' && start === end && end > 0 && !this.closing)
      await this.handlings.run(() => this.tail.onRecords({ topic, partition, records: [], nextOffset: end }));
    return { topic, partition, offset: from === 'end' ? end : Math.max(start, given ?? start) };
  }

  private async rest(error: unknown, failures: number): Promise<void> {
    this.options.onTrouble(error);
    if (!this.closing) await this.rests.wait(backOffMs(usualBackOff, failures));
  }

  private async oldest(partition: TopicPartition): Promise<number> {
    return (await boundsOfOne(this.options.cluster, partition)).start;
  }

  /** Again and again until it is taken: nothing that comes after it may come before it. */
  private async deliver(fetched: Fetched): Promise<boolean> {
    for (let failures = 0; !this.closing;) {
      try {
        await this.tail.onRecords(fetched);
        return true;
      } catch (error) {
        failures += 1;
        await this.rest(error, failures);
      }
    }
    return false;
  }
}
