/**
 * Nest's transport over a `MessageLog`: finds the decorated handlers, gives each its consumer, and ends them in order.
 *
 * Promises
 * - `listen` resolves when every subscription stands; broadcasts from the start are caught up before anything else is taken, where they do not say otherwise.
 * - `close` stops taking, finishes what runs (bounded), commits and leaves; work first, broadcasts last. It may be called twice.
 * - What does not parse is dead-lettered at once; handlers see parsed bodies only.
 */
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { systemClock, type Clock, type Random } from '../clock.ts';
import { withDefaults, type ConsumerHooks } from '../consumers/consumer-options.ts';
import { DeadLetters, type DeadLetterSink } from '../consumers/dead-letters.ts';
import type { MessageLog, Position } from '../message-log.ts';
import { handlerSpecKey, logTransportId, misconfigured, type BoundHandler, type Tuning } from './handler-spec.ts';
import { loggingHooks } from './logging-hooks.ts';
import { lagsOf, type Lag } from './consumer-lag.ts';
import { Subscriptions } from './subscriptions.ts';

export interface LogTransportOptions {
  readonly log: MessageLog;
  /** `<app>` or `<app>.<purpose>`; projections append their name. */
  readonly group: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: `<group>.dlq` on the same log. */
  readonly deadLetters?: DeadLetterSink;
  /** Sets of queues that are known only at composition, by the name that `@WorkQueue({ queues })` uses. */
  readonly queues?: Readonly<Record<string, readonly string[]>>;
  /** Default: warnings and errors to Nest's logger. */
  readonly hooks?: ConsumerHooks;
  /** By consumer group or, for broadcasts, by `Class.method`; goes before what the decorator says. */
  readonly tuning?: Readonly<Record<string, Tuning>>;
}

/** How far a reader has come. It may be taken before `listen`; asked before, it throws `unavailable`. */
export interface ReaderHandle {
  /** Resolves when everything below the end offsets (by partition) has been handled; rejects with `timeout`. */
  waitFor(topic: string, endOffsets: readonly number[], timeoutMs?: number): Promise<void>;
  /** The next offsets of what is read here. */
  positions(): readonly Position[];
}

export class LogTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = logTransportId;
  readonly #options: LogTransportOptions & { clock: Clock; deadLetters: DeadLetterSink };
  readonly #subscriptions: Subscriptions;
  #closed: Promise<void> | undefined;

  constructor(options: LogTransportOptions) {
    super();
    const deadLetters = new DeadLetters(options.log, options.group);
    this.#options = withDefaults({ clock: systemClock, deadLetters, hooks: loggingHooks(this.logger) }, options);
    this.#subscriptions = new Subscriptions(this.#options);
  }

  /** Called by Nest for each decorated method. */
  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const bound = extras[handlerSpecKey] as Omit<BoundHandler, 'handler'> | undefined;
    if (!bound) throw misconfigured(`${String(pattern)} has no decorator of this transport`);
    if (this.messageHandlers.has(String(pattern))) throw misconfigured(`${bound.name} is there twice`);
    super.addHandler(pattern, handler, isEventHandler, extras);
    this.#subscriptions.add({ ...bound, handler });
  }

  async listen(callback: (error?: unknown, ...rest: unknown[]) => void): Promise<void> {
    try {
      await this.#subscriptions.start();
      callback();
    } catch (error) {
      await this.close();
      callback(error);
    }
  }

  /** A batch of this partition number is wanted although nothing came in (a timer is due). */
  wake(partition: number): void {
    this.#subscriptions.wake(partition);
  }

  /** By the name in `@Projection`. */
  projection(name: string): ReaderHandle {
    return this.#reader('projection', name);
  }

  /** By `Class.method`. */
  broadcast(name: string): ReaderHandle {
    return this.#reader('broadcast', name);
  }

  /** How far the consumers that commit or store positions are behind, as of now; none before `listen`. */
  lags(): Promise<readonly Lag[]> {
    return lagsOf(this.#options.log, this.#subscriptions.positions());
  }

  close(): Promise<void> {
    this.#closed ??= this.#subscriptions.close();
    return this.#closed;
  }

  /** It emits nothing: hooks report what happens. */
  on(): never {
    throw misconfigured('it has no events; see the hooks of its options');
  }

  unwrap<T>(): T {
    return this.#options.log as T;
  }

  #reader(kind: 'projection' | 'broadcast', name: string): ReaderHandle {
    const reader = () => this.#subscriptions.reader(kind, name);
    return {
      waitFor: async (topic, endOffsets, timeoutMs) => reader().waitFor(topic, endOffsets, timeoutMs),
      positions: () => reader().positions,
    };
  }
}
