/** Builds the consumer that a decorated handler asks for. */
import type { MessageHandler } from '@nestjs/microservices';
import { workTopic, type IncomingMessage } from '@waybill/contracts';
import type { Clock, Random } from '../clock.ts';
import { BroadcastConsumer, type BroadcastOptions } from '../consumers/broadcast.consumer.ts';
import type { ConsumerHooks } from '../consumers/consumer-options.ts';
import type { DeadLetter, DeadLetterSink } from '../consumers/dead-letters.ts';
import { OwnedPartitionConsumer } from '../consumers/owned-partition.consumer.ts';
import type { PartitionBatch, TopicOffsets } from '../consumers/partition-batch.ts';
import { ProjectionConsumer, type ProjectionBatch } from '../consumers/projection.consumer.ts';
import { WorkQueueConsumer, type WorkQueueTuning } from '../consumers/work-queue.consumer.ts';
import type { MessageLog, Position, RecordBatch } from '../message-log.ts';
import { call, callWithMessage, readable } from './call.ts';
import { gatherWork } from './gather-work.ts';
import {
  misconfigured,
  type BoundHandler,
  type HookKind,
  type Of,
  type Tuning,
  type WorkSource,
} from './handler-spec.ts';

export interface FactoryOptions {
  readonly log: MessageLog;
  readonly group: string;
  readonly clock: Clock;
  readonly random?: Random;
  readonly deadLetters: DeadLetterSink;
  readonly queues?: Readonly<Record<string, readonly string[]>>;
  readonly hooks?: ConsumerHooks;
  readonly tuning?: Readonly<Record<string, Tuning>>;
}

type Group = Of<'owned-partition'> | Of<'work-queue'> | Of<'projection'>;
type HookOwner = Pick<BoundHandler, 'controller' | 'name'>;

const workTuning = [
  'maxInFlight',
  'maxAttempts',
  'outageMs',
  'backoff',
  'orderedByKey',
  'remembered',
  'drainMs',
  'commitEveryMs',
] as const;

export class ConsumerFactory {
  /** Their dead letters are written, and their hooks may still have to be called. */
  readonly #buried = new WeakSet<IncomingMessage>();

  constructor(
    private readonly options: FactoryOptions,
    private readonly handlers: readonly BoundHandler[],
  ) {}

  groupOf({ spec }: Group): string {
    const purpose = spec.kind === 'projection' ? spec.settings.name : spec.settings.purpose;
    return purpose === undefined ? this.options.group : `${this.options.group}.${purpose}`;
  }

  owned(handler: Of<'owned-partition'>): OwnedPartitionConsumer {
    const { settings } = handler.spec;
    const group = this.groupOf(handler);
    const taken = this.#hook(handler, 'partition-taken');
    const released = this.#find(handler, 'partition-released');
    return new OwnedPartitionConsumer({
      ...this.#consumerOptions(settings, group),
      group,
      topics: settings.topics,
      take: (partition) => call<TopicOffsets>(taken, partition, partition),
      ...(released && { release: (partition) => call<void>(released, partition, partition) }),
      onBatch: this.#callWithBatch(handler),
    });
  }

  projection(handler: Of<'projection'>): ProjectionConsumer {
    const { settings } = handler.spec;
    const group = this.groupOf(handler);
    const stored = this.#hook(handler, 'stored-positions');
    return new ProjectionConsumer({
      ...this.#consumerOptions(settings, group),
      group,
      topics: settings.topics,
      positions: (partitions) => call<readonly Position[]>(stored, partitions, partitions),
      onBatch: this.#callWithBatch(handler),
    });
  }

  broadcast(handler: Of<'broadcast'>): BroadcastConsumer {
    const { settings } = handler.spec;
    return new BroadcastConsumer({
      ...this.#consumerOptions(settings, handler.name),
      name: handler.name,
      topics: settings.topics,
      from: settings.from,
      ...broadcastHandlers(handler),
      onDeadLetter: (dead) => this.#bury(handler, dead),
    });
  }

  workQueue(group: string, handlers: readonly Of<'work-queue'>[]): WorkQueueConsumer {
    const routes = new Map<string, Of<'work-queue'> & { handle(message: IncomingMessage): Promise<void> }>();
    for (const handler of handlers) {
      const { schema, together } = handler.spec.settings;
      const handle = (together ? gatherWork : callWithMessage)(handler.handler, schema);
      for (const topic of this.#topicsOf(handler.spec.settings)) {
        if (routes.has(topic)) throw misconfigured(`${topic} has two handlers`);
        routes.set(topic, { ...handler, handle });
      }
    }
    return new WorkQueueConsumer({
      ...this.#consumerOptions(agreed(handlers), group),
      group,
      topics: [...routes.keys()],
      handle: (message) => routes.get(message.topic)!.handle(message),
      onDeadLetter: (dead) => this.#bury(routes.get(dead.message.topic)!, dead),
    });
  }

  /** A hook without its handler is a misspelling that would show itself much later. */
  assertHooksArePaired(): void {
    const needs: Record<HookKind, readonly BoundHandler['spec']['kind'][]> = {
      'partition-taken': ['owned-partition'],
      'partition-released': ['owned-partition'],
      'stored-positions': ['projection'],
      'dead-lettered': ['owned-partition', 'projection', 'broadcast', 'work-queue'],
    };
    for (const { name, controller, spec } of this.handlers) {
      const kinds = needs[spec.kind as HookKind] as readonly string[] | undefined;
      const isPaired = this.handlers.some(
        (other) => other.controller === controller && kinds?.includes(other.spec.kind),
      );
      if (kinds && !isPaired) throw misconfigured(`${name} belongs to no handler of its class`);
    }
  }

  #topicsOf(source: WorkSource): readonly string[] {
    if ('topic' in source) return [source.topic];
    if ('queue' in source) return [workTopic(source.queue)];
    const queues = this.options.queues?.[source.queues];
    if (!queues) throw misconfigured(`options.queues.${source.queues} is missing`);
    return queues.map(workTopic);
  }

  #consumerOptions<Settings>(settings: Settings, name: string) {
    const { log, clock, random, hooks, tuning } = this.options;
    return { ...settings, ...tuning?.[name], log, clock, random, hooks };
  }

  #callWithBatch<Batch extends PartitionBatch | ProjectionBatch>(
    handler: Of<'owned-partition'> | Of<'projection'>,
  ): (batch: Batch) => Promise<void> {
    const { schemas } = handler.spec.settings;
    if (!schemas) return (batch) => call(handler.handler, batch, batch);
    const bury = async (dead: DeadLetter): Promise<void> => {
      await this.#bury(handler, dead);
      this.options.hooks?.onDeadLetter?.(dead);
    };
    return async (batch) => {
      const records = await readable(batch.records, schemas, this.options.clock, bury);
      const read = records === batch.records ? batch : { ...batch, records };
      await call<void>(handler.handler, read, read);
    };
  }

  async #bury(owner: HookOwner, dead: DeadLetter): Promise<void> {
    if (!this.#buried.has(dead.message)) await this.options.deadLetters.publish(dead);
    this.#buried.add(dead.message);
    const hook = this.#find(owner, 'dead-lettered');
    if (hook) await call(hook, dead, dead.message);
  }

  #find({ controller }: HookOwner, kind: HookKind): MessageHandler | undefined {
    return this.handlers.find((handler) => handler.controller === controller && handler.spec.kind === kind)?.handler;
  }

  #hook(owner: HookOwner, kind: HookKind): MessageHandler {
    const hook = this.#find(owner, kind);
    if (!hook) throw misconfigured(`the class of ${owner.name} has no ${kind} method`);
    return hook;
  }
}

/** A batch that was rejected comes again as batches of one. */
function broadcastHandlers({ handler, spec }: Of<'broadcast'>): Pick<BroadcastOptions, 'handle' | 'onBatch'> {
  if ('schema' in spec.settings) return { handle: callWithMessage(handler, spec.settings.schema) };
  const onBatch = (batch: RecordBatch): Promise<void> => call(handler, batch, batch);
  const handle = (message: IncomingMessage): Promise<void> => {
    const { topic, partition, offset } = message;
    return onBatch({ topic, partition, records: [message], nextOffset: offset + 1 });
  };
  return { handle, onBatch };
}

/** Handlers of one group share one consumer, so what they say about it must agree. */
function agreed(handlers: readonly Of<'work-queue'>[]): WorkQueueTuning {
  const tuning: Record<string, unknown> = {};
  for (const { name, spec } of handlers) {
    for (const key of workTuning) {
      const value = spec.settings[key];
      if (value === undefined) continue;
      if (key in tuning && tuning[key] !== value)
        throw misconfigured(`${name} and another of its group differ in ${key}`);
      tuning[key] = value;
    }
  }
  return tuning;
}
