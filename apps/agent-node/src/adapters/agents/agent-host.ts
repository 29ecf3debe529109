/**
 * An agent of libs/agents as this service runs it: with a metered model and a log that names the activation.
 * Promise: what it throws becomes an outcome; of an unknown error only its kind leaves this process, for its message may hold anything.
 */
import { failureOf, PlatformError, type AgentWork, type Outcome } from '@waybill/contracts';
import { failed, type Agent, type AgentContext } from '@waybill/agents';
import type { Clock } from '@waybill/messaging';
import type { Model } from '@waybill/models';
import { parseTraceparent, type Logger, type Tracer } from '@waybill/telemetry';
import type { ActivationIo, HostedAgent } from '../../ports/hosted-agent.ts';
import { MeteredModel } from './metered-model.ts';

export interface Host {
  readonly model: Model;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly logger: Logger;
}

export class AgentHost implements HostedAgent {
  readonly name: string;

  constructor(
    private readonly agent: Agent,
    private readonly host: Host,
  ) {
    this.name = agent.name;
  }

  async activate(work: AgentWork, io: ActivationIo): Promise<unknown> {
    const { epoch, turn, input, journal, max_tokens: maxTokens } = work;
    const { traceparent, onModelCall } = io;
    const model = new MeteredModel(this.host.model, { ...this.host, traceparent, maxTokens, onModelCall });
    const context = contextOf(model, io, () => this.loggerFor(work, traceparent));
    try {
      const activation = {
        input,
        journal,
        epoch,
        turn,
        maxTokens,
        get signal() {
          return io.signal;
        },
      };
      const outcome = await this.agent.activate(activation, context);
      return withUsage(outcome, model);
    } catch (error) {
      return withUsage(this.failure(error, context.log, traceparent), model);
    }
  }

  private failure(error: unknown, log: Logger, traceparent: string): Outcome {
    if (error instanceof PlatformError) return failed(failureOf(error));
    log.error('An agent failed', { error });
    const kind = error instanceof Error ? error.name : typeof error;
    const trace = parseTraceparent(traceparent)?.traceId ?? 'unknown';
    const detail = `Agent ${this.name} failed with ${kind}. The agent node's log says more under trace ${trace}.`;
    return failed({ class: 'bug', code: 'agent_failed', detail });
  }

  private loggerFor({ agent, plan_id, step_id, epoch, turn }: AgentWork, traceparent: string): Logger {
    return this.host.logger.child({ agent, plan_id, step_id, epoch, turn, traceparent });
  }
}

/** Most agents log nothing, so their logger is made when it is asked for. */
function contextOf(model: Model, { onToken }: ActivationIo, open: () => Logger): AgentContext {
  let logger: Logger | undefined;
  return {
    model,
    onToken,
    get log() {
      return (logger ??= open());
    },
  };
}

/** The platform counts what models used; an agent need not. */
function withUsage(outcome: Outcome, { usage, answeredBy }: MeteredModel): Outcome {
  // What is no outcome at all is told apart by the use case.
  if (typeof outcome !== 'object' || outcome === null || outcome.usage !== undefined) return outcome;
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
