/**
 * Reads partitions from the brokers that lead them: a loop for each of these brokers, which fetches, hands over what came partition by partition, and fetches on.
 * Promises: a partition is read from where `read` says, and each of its records is handed over once until `read` says otherwise; what a fetch brings that was under way
 * meanwhile is dropped; whatever the cluster answers it is asked again, for as long as it takes; once `close` has resolved nothing is handed over any more.
 */
import { backOffMs, Pause } from '../back-off.ts';
import type { Position, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import { breakOff } from './client/broken-connections.ts';
import { isStale, type ClientCluster, type FetchRequest, type FetchResponse } from './client/client-cluster.ts';
import { FetchPace } from './fetch-pace.ts';
import { fetchedRecords } from './fetched-records.ts';
import type { Fetched } from './held-partitions.ts';
import { Leaders } from './leaders.ts';

export interface ReaderOptions {
  readonly cluster: ClientCluster;
  /** Records may come this much later, ms. */
  readonly gatherMs?: number | undefined;
  /** Answers whether the records count as delivered; otherwise they are fetched again. Does not reject. */
  readonly deliver: (fetched: Fetched) => Promise<boolean>;
  /** What lies where it reads is no longer there, or never was. Answers where to go on. */
  readonly outOfRange: (partition: TopicPartition) => Promise<number>;
  readonly onTrouble: (error: unknown) => void;
}

/** One that finds nothing waits this long, ms. Who begins to read waits for it; but each costs client and broker CPU when it finds nothing, too. */
const waitMs = 500;
/** A broker that has not answered this much later is frozen, or gone. */
const lateMs = 5_000;
const mostBytes = 16 * 1024 * 1024;
const mostBytesOfOne = 4 * 1024 * 1024;
/** A leader that is gone is replaced within seconds. */
const backOff = { firstMs: 100, mostMs: 2_000 };

/** Replaced by another one when it is to be read from elsewhere. */
interface Place extends TopicPartition {
  offset: number;
  /** Being handed over; by two loops at once only while its leader moves. */
  busy?: Promise<void> | undefined;
}
interface Asked {
  readonly place: Place;
  readonly from: number;
}

export class Reader {
  private readonly places = new Map<string, Place>();
  private readonly leaders: Leaders;
  /** By node id. */
  private readonly loops = new Map<number, Promise<void>>();
  private searching: Promise<void> | undefined;
  /** The look at the cluster by which the loops are. */
  private tended: object | null | undefined;
  private readonly rests = new Set<Pause>();
  private failures = 0;
  private isClosed = false;

  constructor(private readonly options: ReaderOptions) {
    this.leaders = new Leaders(options.cluster);
  }

  read(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions)
      this.places.set(nameOf({ topic, partition }), { topic, partition, offset });
    this.tend();
  }

  drop(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.places.delete(nameOf(partition));
  }

  /** Breaks off what is under way. Handlers that run are waited for. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const rest of this.rests) rest.cut();
    const ended = this.options.cluster.disconnect();
    await Promise.allSettled([ended, this.searching, ...this.loops.values()]);
  }

  /** A loop for every broker that leads something; a look at the cluster for what nobody leads. */
  private tend(): void {
    if (this.isClosed) return;
    this.tended = this.options.cluster.brokerPool.metadata;
    for (const place of this.places.values()) {
      const leader = this.leaders.of(place);
      if (leader === undefined) this.searching ??= this.search();
      else if (!this.loops.has(leader)) this.loops.set(leader, this.loop(leader));
    }
  }

  /** Until all are led. */
  private async search(): Promise<void> {
    while (!this.isClosed && [...this.places.values()].some((place) => this.leaders.of(place) === undefined)) {
      try {
        await this.look();
      } catch (error) {
        await this.rest(error);
      }
    }
    this.searching = undefined;
    this.tend();
  }

  private async look(): Promise<void> {
    const { cluster } = this.options;
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.addMultipleTargetTopics([...new Set([...this.places.values()].map(({ topic }) => topic))]);
    await cluster.refreshMetadata();
    const left = [...this.places.values()].find((place) => this.leaders.of(place) === undefined);
    if (left) throw new Error(`nobody leads ${nameOf(left)}`);
  }

  /** While that broker leads something that is read. */
  private async loop(leader: number): Promise<void> {
    await Promise.resolve(); // it is among the loops by then
    const pace = new FetchPace(this.options.gatherMs);
    for (;;) {
      if (this.tended !== this.options.cluster.brokerPool.metadata) this.tend();
      const led = [...this.places.values()].filter((place) => this.leaders.of(place) === leader);
      if (this.isClosed || led.length === 0) break;
      try {
        const records = await this.fetch(leader, led);
        this.failures = 0;
        if (records > 0) await pace.keep(records);
      } catch (error) {
        await this.recover(error);
      }
    }
    this.loops.delete(leader);
    this.tend();
  }

  /** Answers how many records came. */
  private async fetch(leader: number, led: readonly Place[]): Promise<number> {
    const { cluster } = this.options;
    if (isStale(cluster)) await cluster.refreshMetadataIfNecessary();
    const broker = await cluster.findBroker({ nodeId: leader });
    const limit = setTimeout(
      () => breakOff(broker.connectionPool, `no answer to a fetch within ${waitMs + lateMs} ms`),
      waitMs + lateMs,
    );
    const asked = new Map(led.map((place) => [nameOf(place), { place, from: place.offset }]));
    let response: FetchResponse;
    try {
      response = await broker.fetch(requestOf(led));
    } finally {
      clearTimeout(limit);
    }
    return this.handOver(response, asked);
  }

  private async handOver({ responses }: FetchResponse, asked: ReadonlyMap<string, Asked>): Promise<number> {
    let records = 0;
    const handling: Promise<void>[] = [];
    for (const { topicName: topic, partitions } of responses)
      for (const of of partitions) {
        if (of.messages.length === 0) continue;
        const what = asked.get(nameOf({ topic, partition: of.partition }));
        const fetched = what && fetchedRecords(topic, what.from, of);
        if (!fetched) continue;
        records += fetched.records.length;
        handling.push(this.deliver(what, fetched));
      }
    await Promise.all(handling);
    return records;
  }

  private deliver({ place, from }: Asked, fetched: Fetched): Promise<void> {
    if (place.busy) return place.busy;
    if (this.isClosed || place.offset !== from || this.places.get(nameOf(place)) !== place) return Promise.resolve();
    place.busy = this.take(place, fetched).finally(() => (place.busy = undefined));
    return place.busy;
  }

  private async take(place: Place, fetched: Fetched): Promise<void> {
    if (fetched.records.length === 0 || (await this.options.deliver(fetched))) place.offset = fetched.nextOffset;
  }

  private async recover(error: unknown): Promise<void> {
    if (this.isClosed) return;
    try {
      const { name, topic, partition, host, port } = error as Refusal;
      if (name === 'KafkaJSOffsetOutOfRange') return await this.goOn({ topic, partition });
      if (name === 'KafkaJSConnectionClosedError') this.options.cluster.removeBroker({ host, port });
      await this.rest(error);
      if (!this.isClosed) await this.look();
    } catch (again) {
      await this.rest(again);
    }
  }

  private async goOn(of: TopicPartition): Promise<void> {
    const place = this.places.get(nameOf(of));
    if (!place) return;
    const offset = await this.options.outOfRange(of);
    if (this.places.get(nameOf(of)) === place) place.offset = offset;
  }

  private async rest(error: unknown): Promise<void> {
    if (this.isClosed) return;
    this.options.onTrouble(error);
    this.failures += 1;
    const rest = new Pause();
    this.rests.add(rest);
    await rest.wait(backOffMs(backOff, this.failures));
    this.rests.delete(rest);
  }
}

/** What the client throws, as far as it matters here. */
interface Refusal extends TopicPartition {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
}

function requestOf(places: readonly Place[]): FetchRequest {
  const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: mostBytesOfOne,
    })),
  }));
  return { maxWaitTime: waitMs, minBytes: 1, maxBytes: mostBytes, isolationLevel: 1, topics };
}
