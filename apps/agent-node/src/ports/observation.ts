/** What the use cases tell whoever watches them. */
export interface Span {
  /** Goes into what the work sends. */
  readonly traceparent: string;
  /** Goes with it. */
  readonly tracestate?: string | undefined;
  recordError(error: unknown): void;
  end(): void;
}

export interface Spans {
  startSpan(
    name: string,
    options: {
      readonly parent?: string | undefined;
      readonly tracestate?: string | undefined;
      readonly kind: 'consumer' | 'internal';
    },
  ): Span;
}

/** `how`: the outcome's status, `cancelled`, `expired` or `repeated`. */
export interface ActivationCounters {
  activated(agent: string, how: string, ms: number): void;
  /** Tokens that could not be shown. */
  lostTokens(error: unknown): void;
  /** A model call that ended late and could not be recorded. */
  lostCalls(error: unknown): void;
}
