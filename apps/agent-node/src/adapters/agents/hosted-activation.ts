/** What an agent is given for one activation. Most agents use little of it, so the model, the logger and the signal are made when they are asked for. */
import type { Activation, AgentContext } from '@waybill/agents';
import type { AgentWork, JournalEntry, JsonObject, Outcome } from '@waybill/contracts';
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
    if (usage === undefined) return outcome;
    switch (outcome.status) {
      case 'completed':
        return answeredBy === undefined ? outcome : { ...outcome, usage, model: answeredBy };
      case 'suspended':
        return answeredBy === undefined ? outcome : { ...outcome, usage };
      case 'failed':
        return { ...outcome, usage };
    }
  }
}

const noModel = { usage: nothingUsed, answeredBy: undefined };
