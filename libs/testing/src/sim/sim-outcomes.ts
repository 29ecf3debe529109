/** What a simulated agent or search answers. It is chance, as a model's answer is; whose chance, the caller says. */
import {
  failureOf,
  PlatformError,
  type ActivationResult,
  type AgentWork,
  type CallOutcome,
  type Failure,
  type Outcome,
  type SearchWork,
} from '@waybill/contracts';
import { activationName } from './answers.ts';
import type { FaultKind } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Whim {
  readonly random: SeededRandom;
  /** Whether it happens now. */
  hits(kind: FaultKind): boolean;
  /** No two are alike. */
  nextAnswer(): number;
}

/** Of one attempt. */
export const mostTurns = 3;

/** Names the activation that it is for, so that it can be told which answer was applied. */
export function agentOutcome(work: AgentWork, whim: Whim): Outcome {
  const { random } = whim;
  const half = Math.floor(work.max_tokens / 2);
  const usage = { prompt_tokens: random.int(0, half), completion_tokens: random.int(0, half) };
  if (whim.hits('transient failure')) return { ...transientFailure(random), ...(random.chance(0.7) ? { usage } : {}) };
  if (whim.hits('permanent failure'))
    return { status: 'failed', error: failureOf(new PlatformError('agent_failed')), usage };
  if (work.turn < mostTurns && random.chance(0.3)) return { ...suspension(work, whim), usage };
  return { status: 'completed', output: { by: activationName(work), answer: whim.nextAnswer() }, usage };
}

export function searchOutcome({ input }: SearchWork, whim: Whim): CallOutcome {
  const observation = { hits: [], asked: input['query'] ?? null, answer: whim.nextAnswer() };
  return whim.hits('search fails')
    ? { status: 'failed', error: failureOf(new PlatformError('unavailable')) }
    : { status: 'completed', observation };
}

export function resultOf({ plan_id, step_id, work_id, epoch, turn }: AgentWork, outcome: Outcome): ActivationResult {
  return { type: 'ActivationResult', plan_id, step_id, work_id, epoch, turn, outcome };
}

function transientFailure(random: SeededRandom): Outcome {
  const error: Failure = failureOf(new PlatformError('model_failed'));
  return { status: 'failed', error: random.chance(0.3) ? { ...error, retry_after_ms: 300 } : error };
}

function suspension(work: AgentWork, whim: Whim): Outcome {
  const { random } = whim;
  const calls = Array.from({ length: random.int(1, 3) }, () => ({
    kind: 'knowledge.search' as const,
    input: { query: `${activationName(work)} asks ${whim.nextAnswer()}` },
  }));
  return { status: 'suspended', calls, ...(random.chance(0.5) ? { thought: 'look it up' } : {}) };
}
