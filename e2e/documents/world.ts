/** One history of documents, from its seed: gateways, indexers and a read model amid faults, then calm, then copies that come late; judged against requests alone. */
import { topics, type IncomingMessage } from '@waybill/contracts';
import type { KnowledgeIndex } from '@waybill/storage';
import { SeededRandom } from '@waybill/testing';
import { contents, passagesOf } from './contents.ts';
import { Gateway, type World } from './gateway.ts';
import { Indexer } from './indexer.ts';
import { documentTopics, type ModelReader } from './model-reader.ts';
import { firstOfEach } from './reference.ts';
import { Stores } from './stores.ts';
import { Scheduler } from './scheduler.ts';
import { Witness } from './witness.ts';

export interface Surroundings {
  readonly index: KnowledgeIndex;
  readonly reader: ModelReader;
}
const names = ['a.txt', 'b.txt'];
type Choice = () => Promise<void> | void;
const mostSteps = 20_000;

export async function runDocumentWorld(seed: number, { index, reader }: Surroundings) {
  const world = new DocumentWorld(seed, index, reader);
  try {
    const broken = await world.run();
    return { broken, history: world.scheduler.history };
  } catch (error) {
    return { broken: `it threw ${String(error)} ${String((error as Error).stack)}`, history: world.scheduler.history };
  }
}

class DocumentWorld implements World {
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly stores: Stores;
  readonly #chances;
  readonly #witness: Witness;
  #gateways: Gateway[] = [];
  #indexers: Indexer[] = [];
  #owner!: Indexer;
  #committed = 0;
  #asksLeft: number;
  #copiesLeft: number;
  #births = 0;
  #canReadLater = false;
  readonly #skews: readonly number[];

  constructor(
    seed: number,
    index: KnowledgeIndex,
    readonly reader: ModelReader,
  ) {
    const random = (this.random = new SeededRandom(seed));
    const isCalm = random.chance(0.2);
    const often = (most: number): number => (isCalm || random.chance(0.3) ? 0 : random.next() * most);
    this.#chances = { ends: often(0.04), freezes: often(0.04), loses: often(0.02), forgets: often(0.02) };
    this.scheduler = new Scheduler(random, { fail: often(0.1), crash: often(0.06), repeat: often(0.2) });
    this.stores = new Stores(index);
    this.#witness = new Witness(this.stores, reader);
    this.#skews = random.pick([[0], [0, 0], [0, random.int(-5_000, 5_000)]]);
    this.#asksLeft = random.int(2, 7);
    this.#copiesLeft = random.chance(0.3) ? 0 : random.int(1, 4);
  }

  async run(): Promise<string | undefined> {
    const { reader, stores } = this;
    reader.stores = stores;
    await reader.forget();
    await this.#clearIndex();
    this.#gateways = this.#skews.map((skew, at) => new Gateway(`gateway ${at}`, this, skew));
    this.#beginIndexer();
    for (let step = 0; this.#asksLeft > 0 || step < 40; step += 1) await this.#happen();
    this.scheduler.calmDown();
    await this.#untilCalm();
    const calm = await this.#witness.judgeAll();
    if (calm !== undefined) return calm;
    const before = await this.#witness.snapshot();
    this.#comeLate();
    await this.#untilCalm();
    const after = await this.#witness.snapshot();
    if (before !== after) return `late copies changed ${before} to ${after}`;
    return (await this.#judgeRebuilt()) ?? this.#judgeInOtherOrders();
  }

  async #clearIndex(): Promise<void> {
    const { index } = this.stores;
    const [known] = await index.knownFrom(-1);
    await index.beginRebuild(known);
    await index.endRebuild();
  }

  #beginIndexer(): void {
    const about = { from: this.#committed, passages: passagesOf(() => this.#canReadLater) };
    this.#owner = new Indexer(`indexer ${(this.#births += 1)}`, this.scheduler, this.stores, about);
    this.#indexers.push(this.#owner);
    this.scheduler.tell(`indexer ${this.#births}: starts at ${this.#committed}`);
  }

  async #happen(): Promise<void> {
    const { random, stores } = this;
    this.#replaceDead();
    stores.now += random.chance(0.2) && this.#mayWait ? random.int(60_000, 9_000_000) : random.int(0, 400);
    await this.#strike();
    const choices = this.#goingOn(6);
    if (this.#asksLeft > 0) choices.push(() => this.#ask());
    if (this.#copiesLeft > 0 && stores.requests.length > 0) choices.push(() => this.#copy());
    if (choices.length > 0) await random.pick(choices)();
    await this.scheduler.settle();
  }

  /** What processes can do of themselves. `often`: how much rather what they have begun. */
  #goingOn(often: number): Choice[] {
    const { scheduler, reader } = this;
    const choices: Choice[] = [];
    if (scheduler.canGoOn) choices.push(...Array.from({ length: often }, () => () => scheduler.next()));
    if (this.#owner.canTake) choices.push(() => this.#owner.take());
    for (const topic of documentTopics) if (reader.hasMore(topic)) choices.push(() => reader.read(topic));
    return choices;
  }

  /** Nothing that gateways do takes a minute, nor do they lag as much behind the log (add-document.ts). */
  get #mayWait(): boolean {
    const isBehind = documentTopics.some((topic) => this.reader.hasMore(topic));
    return !isBehind && this.#gateways.every(({ isAtWork }) => !isAtWork);
  }

  async #strike(): Promise<void> {
    const { random } = this;
    const { ends, freezes, loses, forgets } = this.#chances;
    if (random.chance(0.3)) this.#commit();
    if (random.chance(0.02)) this.#canReadLater = true;
    if (random.chance(ends)) this.scheduler.end(this.#owner.life);
    if (random.chance(freezes)) {
      this.#commit();
      this.#owner.life.isFrozen = true;
      this.scheduler.tell(`${this.#owner.life.name}: freezes`);
      this.#beginIndexer();
    }
    if (random.chance(freezes / 2)) this.#thaw();
    if (random.chance(forgets)) {
      this.scheduler.tell('the read model is lost');
      await this.reader.forget();
    }
    if (random.chance(loses)) await this.#loseIndex();
    this.#replaceDead();
  }

  async #loseIndex(): Promise<void> {
    for (const { life } of this.#indexers) this.scheduler.end(life);
    this.scheduler.tell('the index is lost');
    await this.#clearIndex();
  }

  #commit(): void {
    this.#committed = Math.max(this.#committed, this.#owner.position);
  }

  /** Whether any was frozen. */
  #thaw(): boolean {
    const frozen = this.#indexers.filter(({ life }) => life.isFrozen);
    for (const { life } of frozen) life.isFrozen = false;
    return frozen.length > 0;
  }

  #replaceDead(): void {
    this.#gateways.forEach(({ life }, at) => {
      if (life.isDead) this.#gateways[at] = new Gateway(`gateway ${at}`, this, this.#skews[at]!);
    });
    this.#indexers = this.#indexers.filter(({ life }) => !life.isDead);
    if (this.#owner.life.isDead) this.#beginIndexer();
  }

  #ask(): void {
    const { random } = this;
    this.#asksLeft -= 1;
    const gateway = random.pick(this.#gateways);
    const name = random.pick(names);
    if (random.chance(0.3)) gateway.delete(name);
    else gateway.add(name, random.pick(contents));
  }

  /** As a producer does that has not heard the answer. */
  #copy(): void {
    const { requests, events } = this.stores;
    this.#copiesLeft -= 1;
    this.#append(this.random.pick(events.length > 0 && this.random.chance(0.3) ? events : requests));
  }

  #append({ topic, key, headers, value }: IncomingMessage): void {
    this.scheduler.tell(`a copy of ${headers['ce_id']} comes`);
    this.stores.append([{ topic, key, headers, value }]);
  }

  async #untilCalm(): Promise<void> {
    const { scheduler, random } = this;
    for (let step = 0; step < mostSteps; step += 1) {
      this.#replaceDead();
      const choices = this.#goingOn(1);
      if (choices.length === 0) break;
      await random.pick(choices)();
      await scheduler.settle();
    }
    if (this.#thaw()) return this.#untilCalm();
    if (scheduler.stuck.length > 0) throw new Error(`this waits for ever: ${scheduler.stuck.join(', ')}`);
  }

  /** To a new indexer, of requests but the last of each document; and of events. */
  #comeLate(): void {
    this.#commit();
    this.scheduler.end(this.#owner.life);
    this.scheduler.tell('late copies');
    const firsts = firstOfEach(this.stores.requests);
    for (const record of firsts) {
      const last = firsts.findLast(({ key }) => key === record.key);
      if (record !== last && this.random.chance(0.7)) this.#append(record);
    }
    for (const record of this.stores.events.filter(() => this.random.chance(0.3))) this.#append(record);
  }

  async #judgeRebuilt(): Promise<string | undefined> {
    const before = await this.#witness.snapshot();
    this.#commit();
    await this.#loseIndex();
    await this.#untilCalm();
    const after = await this.#witness.snapshot();
    return after === before ? undefined : `rebuilt, ${before} became ${after}`;
  }

  /** A gateway that begins anew reads both topics in any order. */
  async #judgeInOtherOrders(): Promise<string | undefined> {
    const orders: readonly (() => string)[] = [
      () => topics.documentEvents,
      () => topics.documentRequests,
      () => this.random.pick(documentTopics),
    ];
    const before = await this.#witness.snapshot();
    for (const [at, first] of orders.entries()) {
      await this.reader.forget();
      while (documentTopics.some((topic) => this.reader.hasMore(topic))) {
        const topic = first();
        await this.reader.read(this.reader.hasMore(topic) ? topic : documentTopics.find((one) => one !== topic)!);
      }
      const after = await this.#witness.snapshot();
      if (after !== before) return `read again in order ${at}, ${before} became ${after}`;
    }
    return undefined;
  }
}
