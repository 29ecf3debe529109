/**
 * The log on Kafka. Records are acknowledged by all in-sync replicas; no transactions (Kafka's are slow through this client).
 * Connections of their own for producing, for questions, for what each membership and each tail reads, and for each membership's group.
 * `client/`: what is used of Kafka's client, and mended in it; `producing/`, `reading/`, `group/`: our own loops over its connections; `topics/`: made and looked at.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { Kafka as KafkaClient, SASLOptions } from 'kafkajs';
import type { GroupMembership, GroupOptions, MessageLog, Position, Tail, TailOptions } from '../message-log.ts';
import { partitionOf } from '../partitioner.ts';
import { refuseLargeRecords } from '../record-size.ts';
import { refuseUnequal } from '../topic-partitions.ts';
import { separable } from './client/broker-addresses.ts';
import { Kafka, logLevel } from './client/client.ts';
import { abandon, clusterOf, type ClientCluster } from './client/client-cluster.ts';
import { groupClusterOf } from './client/group-cluster.ts';
import { clientLog, seldomLog, type KafkaLogger } from './client/client-log.ts';
import { Cluster } from './cluster.ts';
import { connect } from './client/connect.ts';
import { inTime, patienceMs } from './in-time.ts';
import { withHint, type KafkaAccess } from './kafka-access.ts';
import { unavailable } from './kafka-errors.ts';
import { KafkaMember } from './kafka-member.ts';
import { KafkaTail } from './kafka-tail.ts';
import { Leaders } from './leaders.ts';
import { boundsOf } from './reading/positions.ts';
import { ProduceQueue, type Produce } from './producing/produce-queue.ts';
import { Producing } from './producing/producing.ts';
import type { TopicSettings } from './topics/topic-settings.ts';
import { Topics } from './topics/topics.ts';

export interface KafkaMessageLogOptions {
  /** `host:port` of some of the cluster's brokers. */
  readonly brokers: readonly string[];
  /** The service, as the brokers' own logs and quotas show it. */
  readonly clientId: string;
  /** Default: in the clear, as nobody. */
  readonly access?: KafkaAccess;
  readonly topics: TopicSettings;
  /** For who only looks: no topic is made; one that is missing has no partitions and no records. */
  readonly isReadOnly?: boolean;
  /** True: topics that could lose records, or whose records cannot be read, are refused; otherwise the logger is told. */
  readonly refuseWeakTopics?: boolean;
  /** After which a silent member counts as gone, ms; 6 s at least, as brokers have it. */
  readonly sessionTimeoutMs?: number;
  /** After which a broker that has not answered a request is given up, ms; default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long `open` waits for brokers that take connections and say nothing, ms; default 35 s. */
  readonly openMs?: number;
  /** How long `close` waits for an append that is not acknowledged, ms; default 10 s. It rejects with `log_unavailable`. */
  readonly drainMs?: number;
  readonly logger?: KafkaLogger;
}

const retry = { initialRetryTime: 100, maxRetryTime: 3_000, retries: 8 };

export class KafkaMessageLog implements MessageLog {
  private readonly kafka: KafkaClient;
  private readonly cluster: Cluster;
  /** For what is produced. */
  private readonly brokers: ClientCluster;
  private readonly known: Topics;
  private readonly producing: Producing;
  private readonly queue: ProduceQueue;
  private readonly readers = new Set<KafkaMember | KafkaTail>();
  private readonly logger: KafkaLogger | undefined;
  private isClosed = false;

  private constructor(private readonly options: KafkaMessageLogOptions) {
    const { brokers, clientId, access = {}, requestTimeoutMs = 30_000 } = options;
    const logger = (this.logger = options.logger && seldomLog(options.logger));
    this.kafka = new Kafka({
      brokers: brokers.map(separable),
      clientId,
      socketFactory: connect,
      ...(access.tls && { ssl: { ...access.tls } }),
      ...(access.sasl && { sasl: access.sasl as SASLOptions }),
      retry,
      connectionTimeout: 3_000,
      requestTimeout: requestTimeoutMs,
      logLevel: logLevel.WARN,
      logCreator: clientLog(logger),
    });
    this.cluster = new Cluster(() => this.kafka.admin(), { onLate: (error) => logger?.warn('Kafka', { error }) });
    this.brokers = clusterOf(this.kafka);
    const leaders = new Leaders(this.brokers);
    this.producing = new Producing(this.brokers, leaders, (error) => logger?.warn('Kafka', { error }));
    this.queue = new ProduceQueue(
      (produces) => this.produce(produces),
      (partition) => leaders.of(partition),
    );
    this.known = new Topics(this.cluster, options.topics, options.isReadOnly);
  }

  /** Throws `log_unavailable` when no broker answers. */
  static async open(options: KafkaMessageLogOptions): Promise<KafkaMessageLog> {
    const log = new KafkaMessageLog(options);
    const { openMs = patienceMs } = options;
    try {
      const connected = Promise.all([log.cluster.connect(), log.brokers.connect()]);
      await inTime(connected, openMs, new Error(`no answer within ${openMs} ms`));
      return log;
    } catch (error) {
      void log.close().catch(() => {}); // what is under way ends by itself
      throw withHint(unavailable(`be reached at ${options.brokers.join(', ')}`, error), options.access ?? {});
    }
  }

  /** Makes the platform's topics where they are missing, and looks at those that are there. Throws `invalid_configuration` for weak ones. */
  async prepareTopics(): Promise<void> {
    const weaknesses = await this.known.prepare().catch((error: unknown) => {
      throw withHint(error, this.options.access ?? {}); // the first thing that some brokers refuse
    });
    this.judge(weaknesses);
  }

  async append(messages: readonly OutgoingMessage[]): Promise<readonly Position[]> {
    refuseLargeRecords(messages);
    const topics = new Map<string, number>();
    for (const { topic } of messages) if (!topics.has(topic)) topics.set(topic, await this.partitions(topic));
    return this.queue.append(messages.map((message) => placed(message, topics.get(message.topic)!)));
  }

  partitions(topic: string): Promise<number> {
    return this.known.count(topic);
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    const all = Array.from({ length: await this.partitions(topic) }, (_, partition) => partition);
    if (all.length === 0) return [];
    try {
      const bounds = await boundsOf(this.cluster, topic, all);
      return all.map((partition) => bounds.get(partition)!.end);
    } catch (error) {
      throw unavailable(`tell the end of ${topic}`, error);
    }
  }

  async join(group: GroupOptions): Promise<GroupMembership> {
    refuseUnequal(group, await this.counts(group.topics));
    // Topics of work are made by whoever needs them first, so nobody has looked at them yet.
    this.judge(await this.known.look(group.topics));
    const { kafka, options, parts } = this;
    const { sessionTimeoutMs = 6_000 } = options;
    const onTrouble = (error: unknown): void => this.logger?.warn('Kafka', { group: group.group, error });
    const own = { brokers: clusterOf(kafka), coordination: groupClusterOf(kafka), sessionTimeoutMs, onTrouble };
    return this.begin(new KafkaMember(group, { ...parts, ...own }));
  }

  async tail(tail: TailOptions): Promise<Tail> {
    const counts = await this.counts(tail.topics);
    return this.begin(new KafkaTail(tail, { ...this.parts, counts, brokers: clusterOf(this.kafka) }));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.producing.hurry(this.options.drainMs ?? 10_000);
    await Promise.all([...this.readers].map(end));
    await this.queue.idle();
    abandon(this.brokers); // a look, or what was given up
    await Promise.allSettled([this.brokers.disconnect(), this.cluster.close()]);
    void this.producing
      .ended()
      .then(() => this.brokers.disconnect())
      .catch(() => {}); // what was connected after its end
  }

  private judge(weaknesses: readonly string[]): void {
    if (weaknesses.length === 0) return;
    const detail = `Topics that may lose records or cannot be read: ${weaknesses.join('; ')}.`;
    if (this.options.refuseWeakTopics)
      throw new PlatformError('invalid_configuration', { detail: `${detail} ${howToStrengthen}` });
    this.logger?.warn(detail);
  }

  /** What the log's end has overtaken ends too: nobody else would end it. */
  private async begin<T extends KafkaMember | KafkaTail>(one: T): Promise<T> {
    this.readers.add(one);
    await (this.isClosed ? end(one) : one.start());
    return one;
  }

  /** Of each topic how many partitions it has. */
  private async counts(topics: readonly string[]): Promise<number[]> {
    const counts: number[] = [];
    for (const topic of topics) counts.push(await this.partitions(topic));
    return counts;
  }

  private get parts() {
    const { cluster, logger } = this;
    return {
      cluster,
      onTrouble: (error: unknown) => logger?.warn('Kafka', { error }),
      onEnd: (one: KafkaMember | KafkaTail) => void this.readers.delete(one),
    };
  }

  private async produce(produces: readonly Produce[]): Promise<readonly number[]> {
    try {
      return await this.producing.send(produces);
    } catch (error) {
      throw unavailable(`append to ${[...new Set(produces.map(({ topic }) => topic))].join(', ')}`, error);
    }
  }
}

const end = (one: KafkaMember | KafkaTail): Promise<void> => ('leave' in one ? one.leave() : one.close());

const howToStrengthen =
  "With NODE_ENV=production nothing starts on them: change them with Kafka's kafka-configs and kafka-reassign-partitions, or use a cluster on which they are not made yet.";

function placed(message: OutgoingMessage, count: number): OutgoingMessage & { partition: number } {
  const { topic, key, partition = partitionOf(key, count) } = message;
  if (partition >= 0 && partition < count) return { ...message, partition };
  const detail = `There is no partition ${partition} in ${topic}; it has ${count}.`;
  throw new PlatformError('invalid_request', { detail });
}
