/** What an agent is given for one activation. Most agents use little of it, so the model, the logger and the signal are made when they are asked for. */
import type { Activation, AgentContext } from '@waybill/agents';
import type { AgentWork, JournalEntry, JsonObject, Outcome, Usage } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import type { Model } from '@waybill/models';
import type { Logger, Tracer } from '@waybill/telemetry';
import type { ActivationIo } from '../../ports/hosted-agent.ts';
import { MeteredModel, nothingUsed } from './metered-model.ts';

export interface Host {
  readonly model: Model;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly logger: Logger;
}

export class HostedActivation implements Activation {
  readonly input: JsonObject;
  readonly journal: readonly JournalEntry[];
  readonly epoch: number;
  readonly turn: number;
  readonly maxTokens: number;

  constructor(
    { input, journal, epoch, turn, max_tokens: maxTokens }: AgentWork,
    private readonly io: ActivationIo,
  ) {
    this.input = input;
    this.journal = journal;
    this.epoch = epoch;
    this.turn = turn;
    this.maxTokens = maxTokens;
  }

  get signal(): AbortSignal {
    return this.io.signal;
  }
}

export class HostedContext implements AgentContext {
  private metered: MeteredModel | undefined = undefined;
  private logger: Logger | undefined = undefined;

  constructor(
    private readonly host: Host,
    private readonly work: AgentWork,
    private readonly io: ActivationIo,
  ) {}

  get model(): Model {
    if (this.metered !== undefined) return this.metered;
    const { traceparent, tracestate, onModelCall } = this.io;
    const metering = { ...this.host, traceparent, tracestate, maxTokens: this.work.max_tokens, onModelCall };
    return (this.metered = new MeteredModel(this.host.model, metering));
  }

  get onToken(): (text: string) => void {
    return this.io.onToken;
  }

  get log(): Logger {
    const { agent, plan_id, step_id, epoch, turn } = this.work;
    const { traceparent } = this.io;
    return (this.logger ??= this.host.logger.child({ agent, plan_id, step_id, epoch, turn, traceparent }));
  }

  /** The platform counts what models used; an agent need not. */
  withUsage(outcome: Outcome): Outcome {
    // What is no outcome at all is told apart by the use case.
    if (typeof outcome !== 'object' || outcome === null || outcome.usage !== undefined) return outcome;
    const { usage, answeredBy } = this.metered ?? noModel;
    if (outcome.status === 'failed') return usage === undefined ? outcome : { ...outcome, usage };
    if (usage !== undefined && answeredBy === undefined) return outcome;
    return signed({ ...outcome, usage: usage ?? this.allReserved() }, answeredBy);
  }

  /** Who goes on after a call of unknown cost has used, for all that is known, everything. */
  private allReserved(): Usage {
    return { prompt_tokens: this.work.max_tokens, completion_tokens: 0 };
  }
}

const signed = (outcome: Outcome, model: string | undefined): Outcome =>
  outcome.status === 'completed' && model !== undefined ? { ...outcome, model } : outcome;

const noModel = { usage: nothingUsed, answeredBy: undefined };
