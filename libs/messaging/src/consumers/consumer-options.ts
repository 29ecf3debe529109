/** What all consumers are given, and what they report. */
import type { IncomingMessage } from '@waybill/contracts';
import type { Clock, Random } from '../clock.ts';
import type { MessageLog } from '../message-log.ts';
import type { DeadLetter } from './dead-letters.ts';

export interface ConsumerOptions {
  readonly log: MessageLog;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  readonly hooks?: ConsumerHooks;
}

/** Called synchronously, for metrics, traces and logs; what they throw is not caught. */
export interface ConsumerHooks {
  onBatch?(batch: HandledBatch): void;
  onRetry?(retry: Retry): void;
  /** After the record was handed to the dead letters. */
  onDeadLetter?(dead: DeadLetter): void;
  /** What must not stop a consumer, yet ought to be known: a lost commit, a release that failed. */
  onError?(error: unknown, doing: string): void;
}

/** `partition` is absent where a batch spans several. */
export interface HandledBatch {
  readonly consumer: string;
  readonly partition?: number;
  readonly records: number;
  readonly ms: number;
}

/** `message` is absent where a whole batch is tried again. */
export interface Retry {
  readonly consumer: string;
  readonly partition?: number;
  readonly message?: IncomingMessage;
  readonly failures: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/** Options over defaults; one that is given as undefined counts as not given. */
export function withDefaults<Defaults extends object, Options extends object>(
  defaults: Defaults,
  options: Options,
): Options & Defaults {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...defaults, ...given } as Options & Defaults;
}
