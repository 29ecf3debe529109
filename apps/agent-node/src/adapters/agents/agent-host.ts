/**
 * An agent of libs/agents as this service runs it: with a metered model and a log that names the activation.
 * Promise: what it throws becomes an outcome; of an unknown error only its kind leaves this process, for its message may hold anything.
 */
import { failed, type Agent } from '@waybill/agents';
import { failureOf, PlatformError, type AgentWork, type Failure, type Outcome } from '@waybill/contracts';
import { parseTraceparent } from '@waybill/telemetry';
import type { ActivationIo, HostedAgent } from '../../ports/hosted-agent.ts';
import { HostedActivation, HostedContext, type Host } from './hosted-activation.ts';

export class AgentHost implements HostedAgent {
  readonly name: string;

  constructor(
    private readonly agent: Agent,
    private readonly host: Host,
  ) {
    this.name = agent.name;
  }

  activate(work: AgentWork, io: ActivationIo): unknown {
    const context = new HostedContext(this.host, work, io);
    try {
      const answer = this.agent.activate(new HostedActivation(work, io), context);
      return isPromise(answer) ? this.later(answer, context, io) : context.withUsage(answer);
    } catch (error) {
      return this.failure(error, context, io);
    }
  }

  private async later(answer: Promise<Outcome>, context: HostedContext, io: ActivationIo): Promise<Outcome> {
    try {
      return context.withUsage(await answer);
    } catch (error) {
      return this.failure(error, context, io);
    }
  }

  private failure(error: unknown, context: HostedContext, { traceparent }: ActivationIo): Outcome {
    const thrown = readThrown(error);
    if (typeof thrown !== 'string') return context.withUsage(failed(thrown));
    context.log.error('An agent failed', { error });
    const trace = parseTraceparent(traceparent)?.traceId ?? 'unknown';
    const detail = `Agent ${this.name} failed with ${thrown}. The agent node's log says more under trace ${trace}.`;
    return context.withUsage(failed({ class: 'bug', code: 'agent_failed', detail }));
  }
}

/** A failure of the platform's, or the kind of what was thrown: that may throw itself when it is looked at. */
function readThrown(error: unknown): Failure | string {
  try {
    if (error instanceof PlatformError) return failureOf(error);
    return error instanceof Error ? String(error.name) : typeof error;
  } catch {
    return typeof error;
  }
}

/** A promise of any make. What an agent answers need not be what its type says. */
function isPromise(answer: Promise<Outcome> | Outcome): answer is Promise<Outcome> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
}
