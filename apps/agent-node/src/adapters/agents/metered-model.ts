/**
 * The model as one activation sees it: every call is measured, traced and held to what the activation may still use.
 * `usage` is what all calls have cost; undefined once a call broke in a way that leaves its cost unknown, which then counts as all that was reserved.
 */
import { PlatformError, type Usage } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import type { Model, ModelAnswer, ModelCallOptions, ModelRequest } from '@waybill/models';
import { runInSpan, type Tracer } from '@waybill/telemetry';
import type { ModelCall } from '../../domain/model-call.ts';

export interface Metering {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  readonly maxTokens: number;
  readonly onModelCall: (call: ModelCall) => void;
}

export const nothingUsed: Usage = { prompt_tokens: 0, completion_tokens: 0 };

export class MeteredModel implements Model {
  usage: Usage | undefined = nothingUsed;
  /** Who answered last. */
  answeredBy: string | undefined;
  private left: number;

  constructor(
    private readonly model: Model,
    private readonly metering: Metering,
  ) {
    this.left = metering.maxTokens;
  }

  get name(): string {
    return this.model.name;
  }

  async stream(request: ModelRequest, options: ModelCallOptions): Promise<ModelAnswer> {
    const { tracer, traceparent, tracestate, clock } = this.metering;
    const begunAt = clock.now();
    const maxTokens = Math.min(request.maxTokens, this.left);
    this.left -= maxTokens; // held until it is known what was used: several may run at once
    try {
      const span = { parent: traceparent, tracestate, kind: 'client' as const };
      const answer = await runInSpan(tracer, `model ${this.name}`, span, () =>
        this.model.stream({ ...request, maxTokens }, options),
      );
      this.answeredBy = answer.model;
      this.settle('completed', answer.usage, { begunAt, maxTokens });
      return answer;
    } catch (error) {
      this.settle(
        error instanceof PlatformError ? error.code : 'agent_failed',
        costs(error) ? undefined : nothingUsed,
        { begunAt, maxTokens },
      );
      throw error;
    }
  }

  private settle(
    outcome: string,
    usage: Usage | undefined,
    { begunAt, maxTokens }: { begunAt: number; maxTokens: number },
  ): void {
    const latency_ms = this.metering.clock.now() - begunAt;
    const call = { model: this.answeredBy ?? this.name, outcome, latency_ms };
    this.metering.onModelCall(usage === undefined ? call : { ...call, usage });
    if (usage === undefined) this.left = 0;
    else this.left += maxTokens - usage.prompt_tokens - usage.completion_tokens;
    this.usage = this.usage === undefined || usage === undefined ? undefined : sum(this.usage, usage);
  }
}

/** A refusal, a rate limit or a budget that would not do cost nothing; what broke off may have. */
function costs(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return true;
  return error.errorClass === 'cancelled' || (error.errorClass === 'transient' && error.retryAfterMs === undefined);
}

const sum = (a: Usage, b: Usage): Usage => ({
  prompt_tokens: a.prompt_tokens + b.prompt_tokens,
  completion_tokens: a.completion_tokens + b.completion_tokens,
});
