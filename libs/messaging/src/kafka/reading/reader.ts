/**
 * Reads partitions from the brokers that lead them: a loop for each of these brokers, which fetches, hands over what came partition by partition, and fetches on.
 * Promises: a partition is read from where `read` says, and each of its records is handed over once until `read` says otherwise; what a fetch brings that was under way
 * meanwhile, or when its partition was dropped, is dropped too; of one that is paused nothing more is fetched, but what is under way may still come; whatever the cluster
 * answers it is asked again, for as long as it takes, and that it does not answer is told; once `close` has resolved nothing is handed over any more.
 * Neither a broker that does not answer nor a partition that it refuses, or that cannot be read where it is to be, holds up the others'.
 */
import { backOffMs, Pauses } from '../../back-off.ts';
import type { Position, TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import { breakOff } from '../client/broken-connections.ts';
import { abandon, isStale, type ClientCluster } from '../client/client-cluster.ts';
import type { FetchResponse } from '../client/record-requests.ts';
import { answersOf, type Asked, type Refused } from './fetch-answers.ts';
import { FetchPace } from './fetch-pace.ts';
import { Handlings } from '../handlings.ts';
import type { Fetched } from './held-partitions.ts';
import { Looks } from './looks.ts';
import { Places, requestOf, type Place } from './places.ts';

export interface ReaderOptions {
  readonly cluster: ClientCluster;
  /** Records may come this much later, ms. */
  readonly gatherMs?: number | undefined;
  /** After which a connection to a broker, or a look at the cluster, is given up and tried again. */
  readonly patienceMs?: number;
  /** Answers whether the records count as delivered; otherwise they are fetched again. Does not reject. */
  readonly deliver: (fetched: Fetched) => Promise<boolean>;
  /** What lies where it reads is no longer there, or never was. Answers where to go on; undefined: nowhere, until `read` says so. */
  readonly outOfRange: (position: Position) => Promise<number | undefined>;
  readonly onTrouble: (error: unknown) => void;
}

/** One that finds nothing waits this long, ms. Who begins to read waits for it; but each costs client and broker CPU when it finds nothing, too. */
const waitMs = 500;
/** After a beginning, as other partitions mostly begin soon after it, and would wait for that fetch. */
const leastWaitMs = 10;
/** A broker that has not answered this much later is frozen, or gone. */
const lateMs = 5_000;
/** A leader that is gone is replaced within seconds. */
const backOff = { firstMs: 100, mostMs: 2_000 };

export class Reader {
  private readonly places = new Places();
  private readonly looks: Looks;
  /** By node id. */
  private readonly loops = new Map<number, Promise<void>>();
  private searching: Promise<void> | undefined;
  private readonly handlings = new Handlings();
  /** The look at the cluster by which the loops are. */
  private tended: object | null | undefined;
  private readonly rests = new Pauses();
  private isClosed = false;

  constructor(private readonly options: ReaderOptions) {
    this.looks = new Looks(options.cluster, () => this.places.all, options.patienceMs);
  }

  /** Finds out who leads them before anything of them is to be read. */
  prepare(topics: readonly string[]): void {
    this.looks.know(topics);
    this.searching ??= this.search();
  }

  /** Also of a paused partition, which is not paused any more. */
  read(positions: readonly Position[]): void {
    this.places.set(positions);
    this.tend();
  }

  drop(partitions: readonly TopicPartition[]): void {
    this.places.delete(partitions);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.places.pause(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.places.pause(partitions, false);
    this.tend();
  }

  /** Resolves when what is handed over now is handled, well or not. */
  handled(): Promise<void> {
    return this.handlings.settled();
  }

  /** Breaks off what is under way. Handlers that run are waited for, brokers that do not answer are not. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.rests.cut();
    const { cluster } = this.options;
    const others = Promise.allSettled([this.looks.close(), this.searching, ...this.loops.values()]);
    abandon(cluster);
    await Promise.allSettled([cluster.disconnect(), this.handled()]);
    void others.then(() => cluster.disconnect()).catch(() => {}); // what was connected after its end
  }

  /** A loop for every broker that leads something; a look at the cluster for what nobody leads. */
  private tend(): void {
    if (this.isClosed) return;
    this.tended = this.looks.last;
    if (this.looks.leaderless) this.searching ??= this.search();
    for (const place of this.places.read) {
      const leader = this.looks.leaderOf(place);
      if (leader !== undefined && !this.loops.has(leader)) this.loops.set(leader, this.loop(leader));
    }
  }

  /** Until all are led. */
  private async search(): Promise<void> {
    let failures = 0;
    do {
      try {
        await this.looks.look();
      } catch (error) {
        failures += 1;
        this.tend(); // what is led is read meanwhile
        await this.rest(error, failures);
      }
    } while (!this.isClosed && this.looks.leaderless);
    this.searching = undefined;
    this.tend();
  }

  /** While that broker leads something that is read. */
  private async loop(leader: number): Promise<void> {
    await Promise.resolve(); // it is among the loops by then
    const pace = new FetchPace(this.options.gatherMs);
    let failures = 0;
    let turn = 0;
    for (;;) {
      if (this.tended !== this.looks.last) this.tend();
      const led = this.places.read.filter((place) => this.looks.leaderOf(place) === leader);
      if (this.isClosed || led.length === 0) break;
      try {
        const records = await this.fetch(leader, led, (turn += 1));
        failures = 0;
        if (records > 0) await pace.keep(records);
      } catch (error) {
        failures += 1;
        await this.recover(error, failures);
      }
    }
    this.loops.delete(leader);
    this.tend();
  }

  /** Answers how many records came. */
  private async fetch(leader: number, led: readonly Place[], turn: number): Promise<number> {
    const { cluster } = this.options;
    // Nobody waits for it: a broker that does not answer may be asked.
    if (isStale(cluster)) void this.looks.look().catch((error: unknown) => this.options.onTrouble(error));
    const broker = await this.looks.connected(leader);
    const limit = setTimeout(
      () => breakOff(broker.connectionPool, `no answer to a fetch within ${waitMs + lateMs} ms`),
      waitMs + lateMs,
    );
    const asked = new Map(led.map((place) => [nameOf(place), { place, from: place.offset }]));
    let response: FetchResponse;
    try {
      const patienceMs = Math.min(waitMs, Math.max(leastWaitMs, this.places.age));
      response = await broker.fetch(requestOf(led, Math.round(patienceMs), turn));
    } finally {
      clearTimeout(limit);
    }
    return this.handOver(response, asked);
  }

  private async handOver(response: FetchResponse, asked: ReadonlyMap<string, Asked>): Promise<number> {
    const { came, astray, refused } = answersOf(response, asked);
    for (const one of astray) void this.goOn(one);
    if (refused.length > 0) void this.setAside(refused);
    const delivered = came.map(({ of, fetched }) => this.deliver(of, fetched));
    await Promise.all([...delivered, this.leaveAlone(response.clientSideThrottleTime)]);
    return came.reduce((sum, { fetched }) => sum + fetched.records.length, 0);
  }

  /** A fetch that waits in the client's queue would count as one that is not answered. */
  private async leaveAlone(ms = 0): Promise<void> {
    if (ms > 0 && !this.isClosed) await this.rests.wait(ms);
  }

  private deliver({ place, from }: Asked, fetched: Fetched): Promise<void> {
    if (place.busy) return place.busy;
    if (this.isClosed || place.offset !== from || !this.places.has(place)) return Promise.resolve();
    place.busy = this.handlings.run(() => this.take(place, fetched)).finally(() => (place.busy = undefined));
    return place.busy;
  }

  private async take(place: Place, fetched: Fetched): Promise<void> {
    if (fetched.records.length === 0 || (await this.options.deliver(fetched))) place.offset = fetched.nextOffset;
  }

  private async recover(error: unknown, failures: number): Promise<void> {
    if (this.isClosed) return;
    try {
      await this.rest(error, failures);
      if (!this.isClosed) await this.looks.look();
    } catch (again) {
      await this.rest(again, failures);
    }
  }

  /** Until a look at the cluster, and longer each time: what else that broker leads is read meanwhile. */
  private async setAside(refused: readonly Refused[]): Promise<void> {
    for (const { place } of refused) {
      place.isAside = true;
      place.refusals += 1;
    }
    const [{ why }, ...others] = refused as [Refused, ...Refused[]];
    for (const other of others) this.options.onTrouble(other.why);
    await this.recover(why, Math.max(...refused.map(({ place }) => place.refusals)));
    for (const { place } of refused) place.isAside = false;
    this.tend();
  }

  /** Until it is known where. */
  private async goOn({ place, why }: Refused): Promise<void> {
    const { topic, partition, offset } = place;
    place.isAside = true;
    for (let failures = 1; !this.isClosed && this.places.has(place); failures += 1) {
      try {
        const found = await this.options.outOfRange({ topic, partition, offset });
        if (found === undefined) return;
        if (found === offset) await this.rest(why, failures); // the broker will know of it in a moment
        if (place.offset === offset) place.offset = found; // otherwise the broker that leads now has brought what is there
        place.isAside = false;
        return this.tend();
      } catch (error) {
        await this.rest(error, failures);
      }
    }
  }

  private async rest(error: unknown, failures: number): Promise<void> {
    if (this.isClosed) return;
    this.options.onTrouble(error);
    await this.rests.wait(backOffMs(backOff, failures));
  }
}
