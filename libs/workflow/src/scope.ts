/** What the expressions of a plan may read: its input and the outputs of its completed steps. */
import type { Json } from '@waybill/contracts';
import type { Scope } from './expressions/expression.ts';
import type { RunningPlan } from './plan.ts';

/** `last`: the output of a step that is being completed just now. */
export const scopeOf = (plan: RunningPlan, last?: { readonly stepId: string; readonly output: Json }): Scope => ({
  input: plan.input,
  outputOf(stepId) {
    if (stepId === last?.stepId) return last.output;
    const progress = plan.steps.get(stepId)?.progress;
    return progress?.status === 'completed' ? progress.output : undefined;
  },
});
