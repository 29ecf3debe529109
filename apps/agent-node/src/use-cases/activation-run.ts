/** One activation from its beginning to its end, and what its agent may say meanwhile. Most agents use little of that, so it is made when it is asked for. */
import {
  ownerOf,
  PlatformError,
  type AgentWork,
  type IncomingMessage,
  type Outcome,
  type OutgoingMessage,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { modelCallMessage, resultMessage, tokenMessage, type Origin, type When } from '../domain/activation.ts';
import type { ModelCall } from '../domain/model-call.ts';
import type { ActivationIo, HostedAgent } from '../ports/hosted-agent.ts';
import type { ActivationCounters, Span, Spans } from '../ports/observation.ts';
import type { LateCalls } from './late-calls.ts';
import { Activity, type RunningPlans } from './running-plans.ts';
import { TokenStream } from './token-stream.ts';

export interface ActivationPorts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Clock;
  readonly plans: RunningPlans;
  readonly spans: Spans;
  readonly counters: ActivationCounters;
  readonly late: LateCalls;
}

export class ActivationRun implements ActivationIo {
  readonly begunAt: number;
  readonly activity: Activity;
  /** For its agent. */
  isWaiting = false;
  private readonly span: Span;
  private readonly origin: Origin;
  private tokens: TokenStream | undefined = undefined;
  private calls: OutgoingMessage[] | undefined = undefined;
  private callCount = 0;
  private usesModel = false;
  /** Nothing is said any more, and a call of a model that ends from now on goes on the log by itself. */
  private isAnswered = false;
  private cancelTimeUp: () => void = nothing;

  constructor(
    private readonly ports: ActivationPorts,
    readonly agent: HostedAgent,
    readonly work: AgentWork,
    message: IncomingMessage,
  ) {
    this.begunAt = ports.clock.now();
    this.activity = new Activity(work.plan_id);
    const { traceparent: parent, tracestate } = message.headers;
    this.span = ports.spans.startSpan(`activate ${agent.name}`, { parent, tracestate, kind: 'consumer' });
    const cause = `${message.topic}/${message.partition}/${message.offset}`;
    this.origin = {
      owner: ownerOf(message),
      traceparent: this.span.traceparent,
      tracestate: this.span.tracestate,
      cause,
    };
  }

  get signal(): AbortSignal {
    return this.activity.signal;
  }

  get traceparent(): string {
    return this.span.traceparent;
  }

  get tracestate(): string | undefined {
    return this.span.tracestate;
  }

  get onToken(): (text: string) => void {
    return (text) => {
      if (this.activity.isOver || this.isAnswered) return;
      this.tokens ??= this.openTokens();
      this.tokens.push(text);
    };
  }

  get onModelCall(): (call: ModelCall) => void {
    this.usesModel = true;
    return (call) => {
      const message = modelCallMessage(this.work, this.callCount, call, this.when());
      this.callCount += 1;
      if (this.isAnswered) this.ports.late.write(message);
      else (this.calls ??= []).push(message);
    };
  }

  get hasSpoken(): boolean {
    return this.tokens !== undefined;
  }

  /** There is time for a cancellation from now on, and for its time to be up: nobody waits for the answer after that. */
  wait(): void {
    const { clock, plans } = this.ports;
    this.isWaiting = true;
    plans.begin(this.activity);
    const { not_after: notAfter } = this.work;
    this.cancelTimeUp = clock.after(Math.max(0, notAfter - clock.now()), () => this.activity.end(timeUp(this.work)));
  }

  async tokensWritten(): Promise<void> {
    await this.tokens?.end();
  }

  /** What goes on the log when the activation is over. */
  messagesFor(outcome: Outcome): readonly OutgoingMessage[] {
    this.isAnswered = true;
    const result = resultMessage(this.work, outcome, this.origin, this.ports.clock.now());
    return this.calls === undefined ? [result] : [result, ...this.calls];
  }

  /** Nobody waits for its agent any more. */
  leave(answer: unknown): void {
    if (this.usesModel && answer instanceof Promise) this.ports.late.follow(answer);
  }

  /** There will be no answer from here; the model was called all the same. */
  giveUp(error: unknown): void {
    this.recordError(error);
    if (this.isAnswered) return;
    this.isAnswered = true;
    for (const call of this.calls ?? []) this.ports.late.write(call);
  }

  recordError(error: unknown): void {
    this.span.recordError(error);
  }

  end(): void {
    this.cancelTimeUp();
    if (this.isWaiting) this.ports.plans.done(this.activity);
    this.isWaiting = false;
    this.span.end();
  }

  private openTokens(): TokenStream {
    const { log, counters } = this.ports;
    return new TokenStream(
      (index, text) => log.append([tokenMessage(this.work, index, text, this.when())]),
      (error) => counters.lostTokens(error),
    );
  }

  private when(): When {
    return { origin: this.origin, now: this.ports.clock.now() };
  }
}

const nothing = (): void => {};

function timeUp({ step_id: stepId, agent }: AgentWork): PlatformError {
  return new PlatformError('timeout', { detail: `Step ${stepId} was not answered in time by agent ${agent}.` });
}
