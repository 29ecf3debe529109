/** From decorated handlers to running consumers, and back down again in order. */
import { PlatformError } from '@waybill/contracts';
import type { Clock } from '../clock.ts';
import type { BroadcastConsumer } from '../consumers/broadcast.consumer.ts';
import { waitAtMost } from '../consumers/backoff.ts';
import type { OwnedPartitionConsumer } from '../consumers/owned-partition.consumer.ts';
import type { ProjectionConsumer } from '../consumers/projection.consumer.ts';
import type { WorkQueueConsumer } from '../consumers/work-queue.consumer.ts';
import { ConsumerFactory, type FactoryOptions } from './consumer-factory.ts';
import { misconfigured, type BoundHandler, type HandlerSpec, type Of } from './handler-spec.ts';
import type { ConsumerPosition } from './consumer-lag.ts';

export interface SubscriptionsOptions extends FactoryOptions {
  readonly clock: Clock;
}

const catchUpMs = 10_000;

export class Subscriptions {
  readonly #handlers: BoundHandler[] = [];
  readonly #owned = new Map<string, OwnedPartitionConsumer>();
  readonly #work = new Map<string, WorkQueueConsumer>();
  readonly #projections = new Map<string, ProjectionConsumer>();
  readonly #broadcasts = new Map<string, BroadcastConsumer>();
  #isBuilt = false;

  constructor(private readonly options: SubscriptionsOptions) {}

  add(handler: BoundHandler): void {
    this.#handlers.push(handler);
  }

  /** Broadcasts first and caught up, so that a cancellation is known before its work is begun; work last. */
  async start(): Promise<void> {
    this.#build(new ConsumerFactory(this.options, this.#handlers));
    await all(this.#broadcasts, (consumer) => consumer.start());
    await Promise.all(this.#of('broadcast').map((handler) => this.#catchUp(handler)));
    await all(this.#projections, (consumer) => consumer.start());
    await all(this.#owned, (consumer) => consumer.start());
    await all(this.#work, (consumer) => consumer.start());
  }

  async close(): Promise<void> {
    await all(this.#work, (consumer) => consumer.close());
    await all(this.#owned, (consumer) => consumer.close());
    await all(this.#projections, (consumer) => consumer.close());
    await all(this.#broadcasts, (consumer) => consumer.close());
  }

  wake(partition: number): void {
    for (const consumer of this.#owned.values()) consumer.wake(partition);
  }

  /** A projection by its name, a broadcast by `Class.method`. */
  reader(kind: 'projection' | 'broadcast', name: string): ProjectionConsumer | BroadcastConsumer {
    if (!this.#isBuilt) throw new PlatformError('unavailable', { detail: `The ${kind} ${name} has not started yet.` });
    const reader =
      kind === 'projection' ? this.#projections.get(`${this.options.group}.${name}`) : this.#broadcasts.get(name);
    if (!reader) throw misconfigured(`no ${kind} is called ${name}`);
    return reader;
  }

  positions(): readonly ConsumerPosition[] {
    const groups = [...this.#owned, ...this.#work, ...this.#projections];
    return groups.flatMap(([consumer, { positions }]) =>
      positions.map(({ topic, partition, offset }) => ({ consumer, topic, partition, offset })),
    );
  }

  #build(factory: ConsumerFactory): void {
    factory.assertHooksArePaired();
    for (const handler of this.#of('broadcast')) this.#broadcasts.set(handler.name, factory.broadcast(handler));
    for (const handler of this.#of('projection'))
      this.#claim(factory.groupOf(handler), this.#projections, factory.projection(handler));
    for (const handler of this.#of('owned-partition'))
      this.#claim(factory.groupOf(handler), this.#owned, factory.owned(handler));
    const byGroup = Map.groupBy(this.#of('work-queue'), (handler) => factory.groupOf(handler));
    for (const [group, handlers] of byGroup) this.#claim(group, this.#work, factory.workQueue(group, handlers));
    this.#isBuilt = true;
  }

  #claim<Consumer>(group: string, consumers: Map<string, Consumer>, consumer: Consumer): void {
    if (this.#owned.has(group) || this.#work.has(group) || this.#projections.has(group)) {
      throw misconfigured(`two kinds of handlers share the group ${group}; give one a purpose`);
    }
    consumers.set(group, consumer);
  }

  #of<Kind extends HandlerSpec['kind']>(kind: Kind): Of<Kind>[] {
    return this.#handlers.filter((handler) => handler.spec.kind === kind) as Of<Kind>[];
  }

  /** Bounded: the log does not say where a topic begins whose records have all expired. */
  async #catchUp({ name, spec }: Of<'broadcast'>): Promise<void> {
    const consumer = this.#broadcasts.get(name);
    if (spec.settings.from !== 'start' || !consumer) return;
    const limitMs = spec.settings.catchUpMs ?? catchUpMs;
    if (limitMs === 0) return;
    const caughtUp = spec.settings.topics.map(async (topic) =>
      consumer.waitFor(topic, await this.options.log.endOffsets(topic), limitMs),
    );
    const report = (error: unknown): void => this.options.hooks?.onError?.(error, `catch up of ${name}`);
    const isInTime = await waitAtMost(this.options.clock, limitMs, Promise.all(caughtUp).catch(report));
    if (!isInTime) report(new PlatformError('timeout'));
  }
}

async function all<Consumer>(
  consumers: ReadonlyMap<string, Consumer>,
  run: (consumer: Consumer) => Promise<void>,
): Promise<void> {
  await Promise.all([...consumers.values()].map(run));
}
