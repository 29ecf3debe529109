/** What this service needs of the agents it offers. */
import type { AgentWork } from '@waybill/contracts';
import type { ModelCall } from '../domain/model-call.ts';

/** Each of them may be taken out and used by itself. */
export interface ActivationIo {
  readonly signal: AbortSignal;
  /** Parent of what the activation does. */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  readonly onToken: (text: string) => void;
  readonly onModelCall: (call: ModelCall) => void;
}

export interface HostedAgent {
  readonly name: string;
  /** Answers, or promises, whatever the agent answered, which need not be an outcome; what the agent throws has become one. */
  activate(work: AgentWork, io: ActivationIo): unknown;
}
