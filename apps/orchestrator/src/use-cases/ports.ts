/** What the orchestrator's use cases need from outside. */
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import type { PlanStore } from '@waybill/storage';
import type { Core } from '@waybill/workflow';

interface OrchestratorSettings {
  /** Plans kept in memory per partition between batches; the others are folded again when something happens to them. */
  readonly plansInMemory: number;
  /** Activations of one partition that may be open at once. */
  readonly openActivations: number;
  /** Events of one plan between two snapshots. */
  readonly snapshotEvery: number;
}

export interface OrchestratorCounters {
  decided(events: number): void;
  ignored(reason: 'duplicate' | 'late'): void;
  /** One batch of so many records was committed. */
  committed(records: number): void;
  /** Why records were dead-lettered. */
  poisoned(reasons: readonly string[]): void;
  /** A plan stands still because its stored events cannot be read. */
  unreadable(why: Error): void;
}

/** A piece of work in the trace of a task; `traceparent` and `tracestate` go into what it sends. */
export interface Spans {
  startSpan(
    name: string,
    options: {
      readonly parent?: string | undefined;
      readonly tracestate?: string | undefined;
      readonly kind: 'consumer';
    },
  ): {
    readonly traceparent: string;
    readonly tracestate?: string | undefined;
    end(): void;
  };
}

export interface OrchestratorPorts {
  readonly core: Core;
  readonly store: PlanStore;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly spans: Spans;
  readonly counters: OrchestratorCounters;
  /** The message for the dead-letter topic: original bytes, and why. */
  readonly deadLetter: (record: IncomingMessage, error: unknown) => OutgoingMessage;
  /** Throws `payload_too_large` when one of them is over the hard limit of the log. */
  readonly refuseLarge: (messages: readonly OutgoingMessage[]) => void;
  /** Of this process. */
  readonly instanceId: string;
  readonly config: OrchestratorSettings;
}
