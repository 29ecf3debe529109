/** What a plan is told and what it answers. Time (`at`, ms since 1970) and chance (`jitter`, in [0, 1)) arrive in the command. */
import type {
  AgentWork,
  CancelSignal,
  ErrorCode,
  Failure,
  PlanFact,
  SearchWork,
  SubmitTask,
  TaskResult,
} from '@waybill/contracts';

export type PlanCommand =
  | { readonly type: 'SubmitTask'; readonly request: SubmitTask; readonly at: number }
  | { readonly type: 'DispatchStep'; readonly stepId: string; readonly at: number }
  | { readonly type: 'ApplyResult'; readonly result: TaskResult; readonly at: number; readonly jitter: number }
  | { readonly type: 'CancelTask'; readonly reason: string; readonly at: number }
  /** Fires whatever is due. */
  | { readonly type: 'WakeUp'; readonly at: number; readonly jitter: number }
  /** The outcome of a record that could not be processed. */
  | { readonly type: 'FailTask'; readonly error: Failure; readonly stepId?: string; readonly at: number };

export type Decision =
  /** None: nothing to do now. */
  | { readonly events: readonly PlanFact[] }
  /** Somebody waits for this verdict. */
  | { readonly rejected: ErrorCode; readonly detail: string }
  /** A record that came again, or too late: nobody waits. */
  | { readonly ignored: 'duplicate' | 'late' };

export type Effect =
  | { readonly kind: 'work'; readonly queue: string; readonly work: AgentWork }
  | { readonly kind: 'search'; readonly work: SearchWork }
  | { readonly kind: 'cancel'; readonly signal: CancelSignal };

export const nothing: Decision = { events: [] };
export const duplicate: Decision = { ignored: 'duplicate' };
export const late: Decision = { ignored: 'late' };
