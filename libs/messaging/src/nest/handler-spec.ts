/** What a decorator leaves on a handler for the transport to find: the union of all kinds. */
import { PlatformError, type decodeMessage } from '@waybill/contracts';
import type { MessageHandler } from '@nestjs/microservices';
import type { BroadcastTuning } from '../consumers/broadcast.consumer.ts';
import type { PartitionTuning } from '../consumers/partition-batch.ts';
import type { ProjectionTuning } from '../consumers/projection.consumer.ts';
import type { WorkQueueTuning } from '../consumers/work-queue.consumer.ts';
import type { StartFrom } from '../message-log.ts';

/** What `decodeMessage` takes: a zod schema. */
export type MessageSchema<Body> = Parameters<typeof decodeMessage<Body>>[1];

/** By topic: what does not parse is dead-lettered before the handler sees the batch. */
export type Schemas = Readonly<Record<string, MessageSchema<unknown>>>;

/** Of one consumer, whatever its kind. */
export type Tuning = PartitionTuning & ProjectionTuning & WorkQueueTuning & BroadcastTuning;

/** Only handlers of this transport are bound to it. */
export const logTransportId = Symbol('waybill.log-transport');
export const handlerSpecKey = 'waybill.handler';

export interface OwnedPartitionSettings extends PartitionTuning {
  readonly topics: readonly string[];
  readonly schemas?: Schemas;
  /** The group is `<group>.<purpose>`; default: the transport's group itself. */
  readonly purpose?: string;
}

/** One queue, a set of queues that the transport's options name (`queues: { agents: [...] }`), or a topic that is no queue. */
export type WorkSource = { readonly queue: string } | { readonly queues: string } | { readonly topic: string };

export type WorkQueueSettings<Body> = WorkSource &
  WorkQueueTuning & {
    readonly schema: MessageSchema<Body>;
    /** The group is `<group>.<purpose>`; default: the transport's group itself. Handlers of one group share one consumer and its bounds. */
    readonly purpose?: string;
    /** True: what is handed out in one turn comes in one call. For work that may take less time than a call. */
    readonly together?: boolean;
  };

/** Without a `schema`: batches of a partition, as the log delivers them. For readers that see every record of the platform. */
export interface BroadcastBatchSettings extends BroadcastTuning {
  readonly topics: readonly string[];
  /** `start`: `listen` goes on with work only when everything that was there has been handled (at most `catchUpMs`). */
  readonly from: StartFrom;
  /** Default 10 s; 0: `listen` does not wait for it. */
  readonly catchUpMs?: number;
}

/** Records one by one. */
export interface BroadcastSettings<Body> extends BroadcastBatchSettings {
  readonly schema: MessageSchema<Body>;
}

export interface ProjectionSettings extends ProjectionTuning {
  /** The group is `<group>.<name>`. */
  readonly name: string;
  readonly topics: readonly string[];
  readonly schemas?: Schemas;
}

export type HandlerSpec =
  | { readonly kind: 'owned-partition'; readonly settings: OwnedPartitionSettings }
  | { readonly kind: 'work-queue'; readonly settings: WorkQueueSettings<unknown> }
  | { readonly kind: 'broadcast'; readonly settings: BroadcastBatchSettings | BroadcastSettings<unknown> }
  | { readonly kind: 'projection'; readonly settings: ProjectionSettings }
  | { readonly kind: HookKind };

export type HookKind = 'partition-taken' | 'partition-released' | 'stored-positions' | 'dead-lettered';

/** A handler as the transport knows it: `controller` is the class's prototype and pairs a handler with its hooks. */
export interface BoundHandler<Spec extends HandlerSpec = HandlerSpec> {
  readonly spec: Spec;
  readonly name: string;
  readonly controller: object;
  readonly handler: MessageHandler;
}

export type Of<Kind extends HandlerSpec['kind']> = BoundHandler<Extract<HandlerSpec, { kind: Kind }>>;

export const misconfigured = (why: string): PlatformError =>
  new PlatformError('invalid_configuration', { detail: `LogTransport: ${why}.` });
