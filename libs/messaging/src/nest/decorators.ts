/**
 * Handlers of the log in `@Controller()` classes. They are ordinary Nest message handlers: pipes, guards, interceptors and filters apply.
 * In a guard or interceptor `switchToRpc().getData()` is the body (or batch), `getContext()` the message (or batch).
 */
import { UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { IncomingMessage } from '@waybill/contracts';
import type { DeadLetter } from '../consumers/dead-letters.ts';
import type { PartitionBatch, TopicOffsets } from '../consumers/partition-batch.ts';
import type { ProjectionBatch } from '../consumers/projection.consumer.ts';
import type { Position, RecordBatch, TopicPartition } from '../message-log.ts';
import type { Work } from './gather-work.ts';
import {
  handlerSpecKey,
  logTransportId,
  type BroadcastBatchSettings,
  type BroadcastSettings,
  type HandlerSpec,
  type OwnedPartitionSettings,
  type ProjectionSettings,
  type WorkQueueSettings,
} from './handler-spec.ts';
import { KeepErrors } from './keep-errors.filter.ts';

/** Decorates a method of this shape; one with fewer parameters fits too. */
export type Decorates<Method> = <Actual extends Method>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Actual>,
) => void;

type MessageMethod<Body> = (message: IncomingMessage, body: Body) => Promise<void> | void;

/** Batches of the partition numbers that this member owns. The class also has a `@PartitionTaken()` method. */
export const OwnedPartition = (settings: OwnedPartitionSettings): Decorates<(batch: PartitionBatch) => Promise<void>> =>
  handler({ kind: 'owned-partition', settings });

/** Work, a bounded number at once, out of order: record by record or, `together`, what is handed out in one turn. */
export function WorkQueue<Body>(
  settings: WorkQueueSettings<Body> & { readonly together: true },
): Decorates<(work: readonly Work<Body>[]) => void>;
export function WorkQueue<Body>(settings: WorkQueueSettings<Body>): Decorates<MessageMethod<Body>>;
export function WorkQueue(settings: WorkQueueSettings<unknown>): Decorates<never> {
  const spec = { kind: 'work-queue', settings } as const;
  return settings.together ? handler(spec) : messageHandler(spec);
}

/** Every record of the topics, in every process: one by one with a `schema`, otherwise in batches of a partition as the log delivers them. */
export function Broadcast<Body>(settings: BroadcastSettings<Body>): Decorates<MessageMethod<Body>>;
export function Broadcast(settings: BroadcastBatchSettings): Decorates<(batch: RecordBatch) => Promise<void> | void>;
export function Broadcast(settings: BroadcastSettings<unknown> | BroadcastBatchSettings): Decorates<never> {
  return 'schema' in settings
    ? messageHandler({ kind: 'broadcast', settings })
    : handler({ kind: 'broadcast', settings });
}

/** Batches for a read model that stores its positions with its rows. The class also has a `@StoredPositions()` method. */
export const Projection = (settings: ProjectionSettings): Decorates<(batch: ProjectionBatch) => Promise<void>> =>
  handler({ kind: 'projection', settings });

/** Becomes the owner of the number and answers where reading begins; before that nothing of it is handed out. */
export const PartitionTaken = (): Decorates<(partition: number) => Promise<TopicOffsets>> =>
  handler({ kind: 'partition-taken' });

/** The number is no longer ours and its last batch has settled. */
export const PartitionReleased = (): Decorates<(partition: number) => Promise<void>> =>
  handler({ kind: 'partition-released' });

/** Answers the positions that are stored with the rows; what is left out begins at the start. */
export const StoredPositions = (): Decorates<(partitions: readonly TopicPartition[]) => Promise<readonly Position[]>> =>
  handler({ kind: 'stored-positions' });

/** Called for each dead letter of the class's handlers, after it was published; when it rejects both are done again. */
export const DeadLettered = (): Decorates<(dead: DeadLetter) => Promise<void>> => handler({ kind: 'dead-lettered' });

function handler<Method>(spec: HandlerSpec): Decorates<Method> {
  return (target, key, descriptor) => {
    const name = `${target.constructor.name}.${key}`;
    MessagePattern(`${spec.kind}:${name}`, logTransportId, { [handlerSpecKey]: { spec, name, controller: target } })(
      target,
      key,
      descriptor as PropertyDescriptor,
    );
    if (classes.has(target)) return;
    classes.add(target);
    UseFilters(keepErrors)(target.constructor);
  };
}

/** Parameters without decorators are the message and the body. */
function messageHandler<Method>(spec: HandlerSpec): Decorates<Method> {
  return (target, key, descriptor) => {
    if (!Reflect.hasMetadata(routeArguments, target.constructor, key)) {
      Ctx()(target, key, 0);
      Payload()(target, key, 1);
    }
    handler<Method>(spec)(target, key, descriptor);
  };
}

const keepErrors = new KeepErrors();
const classes = new WeakSet<object>();
/** Where Nest notes `@Payload()` and `@Ctx()` of a method. */
const routeArguments = '__routeArguments__';
