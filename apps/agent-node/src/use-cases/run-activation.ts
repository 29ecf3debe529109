/**
 * Runs one activation and publishes its result.
 * Promises
 * - It resolves only when the result is durable, so that the work's offset may finish; the result has the same id however often it is made.
 * - Work that comes twice while it runs joins the run; shortly afterwards it is answered with the same records.
 * - Work of a cancelled plan is not begun; work past its `not_after` is not run but answered as timed out, and what runs then still is aborted.
 * - Whatever an agent throws or answers becomes an outcome that fits on the log.
 */
import {
  failureOf,
  limits,
  PlatformError,
  type AgentWork,
  type Failure,
  type IncomingMessage,
  type Outcome,
  type OutgoingMessage,
} from '@waybill/contracts';
import { activationKey } from '../domain/activation.ts';
import { checkOutcome } from '../domain/check-outcome.ts';
import { RecentResults } from '../domain/recent-results.ts';
import type { HostedAgent } from '../ports/hosted-agent.ts';
import { ActivationRun, type ActivationPorts } from './activation-run.ts';
import { LateCalls } from './late-calls.ts';
import { Outbox } from './outbox.ts';
import { shutDown } from './running-plans.ts';

export interface RunActivationPorts extends Omit<ActivationPorts, 'late'> {
  readonly agents: ReadonlyMap<string, HostedAgent>;
  /** Throws for a record that the log would refuse, and with it all that is appended with it. */
  readonly refuseLarge: (messages: readonly OutgoingMessage[]) => void;
}

export class RunActivation {
  private readonly running = new Map<string, Promise<void>>();
  private readonly recent = new RecentResults();
  private readonly outbox: Outbox;
  private readonly late: LateCalls;
  private readonly ports: RunActivationPorts & ActivationPorts;

  constructor(ports: RunActivationPorts) {
    this.outbox = new Outbox(ports.log);
    this.late = new LateCalls(ports);
    this.ports = { ...ports, late: this.late };
  }

  execute(message: IncomingMessage, work: AgentWork): Promise<void> {
    const key = activationKey(work);
    const joined = this.running.get(key);
    if (joined !== undefined) return joined;
    const made = this.recent.get(key);
    if (made !== undefined) return this.repeat(work, made);
    const { agents, plans, counters } = this.ports;
    if (plans.isCancelled(work.plan_id)) return Promise.resolve(counters.activated(work.agent, 'cancelled', 0));
    const agent = agents.get(work.agent);
    if (agent !== undefined) return this.begin(key, new ActivationRun(this.ports, agent, work, message));
    return Promise.reject(
      new PlatformError('unknown_agent', { detail: `This node does not offer agent ${work.agent}.` }),
    );
  }

  /** Waits, for a bounded time, for model calls that ended later than their activations. */
  close(): Promise<void> {
    return this.late.close();
  }

  private async repeat(work: AgentWork, messages: readonly OutgoingMessage[]): Promise<void> {
    this.ports.counters.activated(work.agent, 'repeated', 0);
    await this.ports.log.append(messages);
  }

  /** What does not wait needs nobody to join it: it is in the memory of results by now. */
  private begin(key: string, run: ActivationRun): Promise<void> {
    const ended = this.run(key, run);
    if (run.isWaiting) this.running.set(key, ended);
    return ended;
  }

  private async run(key: string, run: ActivationRun): Promise<void> {
    const { clock, counters } = this.ports;
    try {
      const answer = run.begunAt > run.work.not_after ? expired(run.work) : outcomeOf(run);
      const outcome = answer instanceof Promise ? await answer : answer;
      if (outcome.status === 'failed') run.recordError(errorOf(outcome.error));
      await this.publish(key, run, outcome);
      counters.activated(run.work.agent, outcome.status, clock.now() - run.begunAt);
    } catch (error) {
      run.giveUp(error);
      throw error;
    } finally {
      if (run.isWaiting) this.running.delete(key);
      run.end();
    }
  }

  /**
   * In the memory of results before it is on the log: if that fails, the work comes again and must not run again. So nothing is remembered that the
   * log would refuse each time, and with it all that goes there in the same append.
   */
  private async publish(key: string, run: ActivationRun, outcome: Outcome): Promise<void> {
    let messages = run.messagesFor(outcome);
    if (!this.fits(messages)) messages = run.messagesFor(oversized(run.agent.name, outcome));
    this.recent.add(key, messages);
    await this.outbox.append(messages);
  }

  private fits(messages: readonly OutgoingMessage[]): boolean {
    try {
      this.ports.refuseLarge(messages);
      return true;
    } catch {
      return false;
    }
  }
}

/** Most agents wait for a model. One that does not is done before anybody could cancel it. */
function outcomeOf(run: ActivationRun): Outcome | Promise<Outcome> {
  const { agent, work } = run;
  const answer = agent.activate(work, run);
  if (!(answer instanceof Promise) && !run.hasSpoken) return checkOutcome(agent.name, answer, work.input);
  run.wait();
  return laterOutcomeOf(run, answer);
}

async function laterOutcomeOf(run: ActivationRun, answer: unknown): Promise<Outcome> {
  const { agent, work } = run;
  const answered = await unlessStopped(answer, run);
  await run.tokensWritten();
  return checkOutcome(agent.name, answered, work.input);
}

/** An agent that does not look at its signal must not hold up anybody. A node that ends leaves the work to another one. */
function unlessStopped(answer: unknown, run: ActivationRun): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run.activity.onStop((reason) => {
      run.leave(answer);
      if (reason === shutDown) reject(reason);
      else resolve({ status: 'failed', error: failureOf(reason) });
    });
    if (answer instanceof Promise) answer.then(resolve, reject);
    else resolve(answer);
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
