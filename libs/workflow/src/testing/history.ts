/** A plan that is driven command by command, for specs: what it was told, what it answered, and where it stands. */
import {
  retryDefaults,
  type ActivationResult,
  type Budget,
  type CallResult,
  type Failure,
  type Json,
  type JsonObject,
  type NormalDefinition,
  type NormalStep,
  type PlanFact,
  type SubmitTask,
  type Usage,
} from '@waybill/contracts';
import type { Decision, PlanCommand } from '../commands.ts';
import { decide } from '../decide.ts';
import { evolve } from '../evolve.ts';
import { emptyPlan, type Plan } from '../plan.ts';

export const t0 = 1_780_000_000_000;

export type Steps = Record<string, Partial<NormalStep> & { max_tokens?: number }>;

export interface Options {
  readonly input?: JsonObject;
  readonly output?: Json;
  readonly budget?: Budget;
  readonly deadline_at?: number;
  readonly goal?: string;
}

export const transient = (retry_after_ms?: number): Failure => ({
  class: 'transient',
  code: 'model_failed',
  detail: 'The model is away.',
  ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
});

export function definitionOf(steps: Steps, output: Json = null): NormalDefinition {
  return {
    name: 'spec',
    version: 1,
    steps: Object.entries(steps).map(([step_id, { max_tokens: _, ...step }]) => ({
      step_id,
      agent: `agent_of_${step_id}`,
      needs: [],
      with: {},
      retry: retryDefaults,
      timeout_ms: 60_000,
      reason: 'Because.',
      ...step,
    })),
    output,
  };
}

/** Each step has an agent of its own, so that its reservation can be chosen. */
export function requestOf(
  steps: Steps,
  { input = {}, output, budget = {}, deadline_at, goal }: Options = {},
): SubmitTask {
  const cards = Object.entries(steps).map(([id, { agent, max_tokens = 0 }]) => [
    agent ?? `agent_of_${id}`,
    { queue: `agent.${id}`, max_tokens },
  ]);
  return {
    type: 'SubmitTask',
    task_id: 'task',
    accepted_at: t0,
    ...(goal === undefined ? { definition: definitionOf(steps, output ?? null), definition_hash: 'hash' } : { goal }),
    input,
    agents: Object.fromEntries(cards) as SubmitTask['agents'],
    priority: 5,
    ...(deadline_at === undefined ? {} : { deadline_at }),
    labels: {},
    budget,
  };
}

export class History {
  readonly facts: PlanFact[] = [];
  plan: Plan = emptyPlan();
  at = t0;

  tell(command: PlanCommand): Decision {
    const decision = decide(this.plan, command);
    if ('events' in decision) {
      for (const fact of decision.events) {
        this.facts.push(fact);
        this.plan = evolve(this.plan, fact);
      }
    }
    return decision;
  }

  later(ms: number): this {
    this.at += ms;
    return this;
  }

  submit(request: SubmitTask): this {
    this.tell({ type: 'SubmitTask', request, at: this.at });
    return this;
  }

  dispatch(...stepIds: readonly string[]): this {
    for (const stepId of stepIds) this.tell({ type: 'DispatchStep', stepId, at: this.at });
    return this;
  }

  wake(jitter = 0): this {
    this.tell({ type: 'WakeUp', at: this.at, jitter });
    return this;
  }

  apply(command: PlanCommand): this {
    this.tell(command);
    return this;
  }

  complete(stepId: string, output: Json = null, usage?: Usage): this {
    return this.apply(this.result(stepId, { status: 'completed', output, ...(usage ? { usage } : {}) }));
  }

  fail(stepId: string, error: Failure = transient(), jitter = 0): this {
    return this.apply(this.result(stepId, { status: 'failed', error }, jitter));
  }

  search(stepId: string, ...queries: readonly string[]): this {
    const calls = queries.map((query) => ({ kind: 'knowledge.search' as const, input: { query } }));
    return this.apply(this.result(stepId, { status: 'suspended', calls }));
  }

  answer(stepId: string, ordinal: number, observation: Json): this {
    return this.apply(this.callResult(stepId, ordinal, { status: 'completed', observation }));
  }

  /** Of the step's present activation. */
  result(stepId: string, outcome: ActivationResult['outcome'], jitter = 0): PlanCommand {
    return {
      type: 'ApplyResult',
      result: { type: 'ActivationResult', ...this.activation(stepId), outcome },
      at: this.at,
      jitter,
    };
  }

  callResult(stepId: string, ordinal: number, outcome: CallResult['outcome']): PlanCommand {
    return {
      type: 'ApplyResult',
      result: { type: 'CallResult', ...this.activation(stepId), ordinal, outcome },
      at: this.at,
      jitter: 0,
    };
  }

  activation(stepId: string): { plan_id: string; step_id: string; work_id: string; epoch: number; turn: number } {
    const step = this.plan.status === 'running' ? this.plan.steps.get(stepId) : undefined;
    const { work_id = 'task.1' } = step?.planned ?? {};
    return { plan_id: 'task', step_id: stepId, work_id, epoch: step?.epoch ?? 1, turn: step?.turn ?? 0 };
  }
}

export const started = (steps: Steps, options?: Options): History => new History().submit(requestOf(steps, options));
