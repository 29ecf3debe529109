/**
 * Runs one activation and publishes its result.
 * Promises
 * - It resolves only when the result is durable, so that the work's offset may finish; the result has the same id however often it is made.
 * - Work that comes twice while it runs joins the run; shortly afterwards it is answered with the same records.
 * - Work of a cancelled plan is not begun; work past its `not_after` is not run but answered as timed out.
 * - Whatever an agent throws or answers becomes an outcome that fits on the log.
 */
import {
  failureOf,
  limits,
  ownerOf,
  PlatformError,
  type AgentWork,
  type Failure,
  type IncomingMessage,
  type Outcome,
  type OutgoingMessage,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import {
  activationKey,
  modelCallMessage,
  resultMessage,
  tokenMessage,
  type Origin,
  type When,
} from '../domain/activation.ts';
import { checkOutcome } from '../domain/check-outcome.ts';
import type { ModelCall } from '../domain/model-call.ts';
import { RecentResults } from '../domain/recent-results.ts';
import type { ActivationIo, HostedAgent } from '../ports/hosted-agent.ts';
import type { ActivationCounters, Spans } from '../ports/observation.ts';
import { shutDown, type Activity, type RunningPlans } from './running-plans.ts';
import { TokenStream } from './token-stream.ts';

export interface RunActivationPorts {
  readonly agents: ReadonlyMap<string, HostedAgent>;
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Clock;
  readonly plans: RunningPlans;
  readonly spans: Spans;
  readonly counters: ActivationCounters;
}

/** One activation while it runs. */
interface Run {
  readonly work: AgentWork;
  readonly agent: HostedAgent;
  readonly origin: Origin & { readonly traceparent: string };
  readonly activity: Activity;
  readonly calls: OutgoingMessage[];
}

export class RunActivation {
  private readonly running = new Map<string, Promise<void>>();
  private readonly recent = new RecentResults();

  constructor(private readonly ports: RunActivationPorts) {}

  execute(message: IncomingMessage, work: AgentWork): Promise<void> {
    const key = activationKey(work);
    const joined = this.running.get(key);
    if (joined !== undefined) return joined;
    const made = this.recent.get(key);
    if (made !== undefined) return this.repeat(work, made);
    const { agents, plans, counters } = this.ports;
    if (plans.isCancelled(work.plan_id)) return Promise.resolve(counters.activated(work.agent, 'cancelled', 0));
    const agent = agents.get(work.agent);
    if (agent !== undefined) return this.begin(key, this.run(message, work, agent, key));
    return Promise.reject(
      new PlatformError('unknown_agent', { detail: `This node does not offer agent ${work.agent}.` }),
    );
  }

  /** A run takes itself out when it ends, which is never before it was put in here. */
  private begin(key: string, run: Promise<void>): Promise<void> {
    this.running.set(key, run);
    return run;
  }

  private async repeat(work: AgentWork, messages: readonly OutgoingMessage[]): Promise<void> {
    this.ports.counters.activated(work.agent, 'repeated', 0);
    await this.ports.log.append(messages);
  }

  private async run(message: IncomingMessage, work: AgentWork, agent: HostedAgent, key: string): Promise<void> {
    const { clock, plans, counters, spans } = this.ports;
    const span = spans.startSpan(`activate ${work.agent}`, {
      parent: message.headers['traceparent'],
      kind: 'consumer',
    });
    const cause = `${message.topic}/${message.partition}/${message.offset}`;
    const origin = { owner: ownerOf(message), traceparent: span.traceparent, cause };
    const begunAt = clock.now();
    const activity = plans.begin(work.plan_id);
    const run: Run = { work, agent, origin, activity, calls: [] };
    try {
      const outcome = begunAt > work.not_after ? expired(work) : await this.activate(run);
      if (outcome.status === 'failed') span.recordError(errorOf(outcome.error));
      await this.publish(run, outcome);
      counters.activated(work.agent, outcome.status, clock.now() - begunAt);
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      this.running.delete(key);
      plans.done(work.plan_id, activity);
      span.end();
    }
  }

  private async activate(run: Run): Promise<Outcome> {
    const { work, agent, activity } = run;
    const io = new Io(run, this.ports);
    const answer = await unlessStopped(agent.activate(work, io), activity);
    await io.tokens?.end();
    return checkOutcome(agent.name, answer, work.input);
  }

  /** In the memory of results before it is on the log: if that fails, the work comes again and must not run again. */
  private async publish({ work, agent, origin, calls }: Run, outcome: Outcome): Promise<void> {
    const { clock, log } = this.ports;
    const remember = (answer: Outcome): readonly OutgoingMessage[] => {
      const messages = [resultMessage(work, answer, origin, clock.now()), ...calls];
      this.recent.add(activationKey(work), messages);
      return messages;
    };
    try {
      await log.append(remember(outcome));
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'payload_too_large') throw error;
      await log.append(remember(oversized(agent.name, outcome)));
    }
  }
}

/** What an activation says while it runs. */
class Io implements ActivationIo {
  tokens: TokenStream | undefined;

  constructor(
    private readonly run: Run,
    private readonly ports: RunActivationPorts,
  ) {}

  get signal(): AbortSignal {
    return this.run.activity.signal;
  }

  get traceparent(): string {
    return this.run.origin.traceparent;
  }

  readonly onToken = (text: string): void => {
    if (this.run.activity.isOver) return;
    this.tokens ??= new TokenStream(
      (index, gathered) => this.ports.log.append([tokenMessage(this.run.work, index, gathered, this.when())]),
      (error) => this.ports.counters.lostTokens(error),
    );
    this.tokens.push(text);
  };

  readonly onModelCall = (call: ModelCall): void => {
    const { work, calls } = this.run;
    calls.push(modelCallMessage(work, calls.length, call, this.when()));
  };

  private when(): When {
    return { origin: this.run.origin, now: this.ports.clock.now() };
  }
}

/** An agent that does not look at its signal must not hold up anybody. A node that ends leaves the work to another one. */
function unlessStopped(answer: Promise<unknown>, activity: Activity): Promise<unknown> {
  return new Promise((resolve, reject) => {
    activity.onStop((reason) => {
      if (reason === shutDown) reject(reason);
      else resolve({ status: 'failed', error: failureOf(reason) });
    });
    answer.then(resolve, reject);
  });
}

/** As spans want it. */
const errorOf = ({ code, class: errorClass, detail }: Failure): Error =>
  Object.assign(new Error(detail), { code, errorClass });

function expired(work: AgentWork): Outcome {
  const detail = `Step ${work.step_id} was not begun: its time was up when agent ${work.agent} came to it.`;
  return {
    status: 'failed',
    error: failureOf(new PlatformError('timeout', { detail })),
    usage: { prompt_tokens: 0, completion_tokens: 0 },
  };
}

function oversized(agent: string, { usage }: Outcome): Outcome {
  const detail = `The answer of agent ${agent} is larger than the ${limits.recordBytes} bytes that a record may have.`;
  const error = failureOf(new PlatformError('payload_too_large', { detail }));
  return usage === undefined ? { status: 'failed', error } : { status: 'failed', error, usage };
}
