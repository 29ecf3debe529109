/** The step that a result names. */
import type { RunningPlan, Step } from './plan.ts';

export function findStep(
  plan: RunningPlan,
  named: { readonly step_id: string; readonly work_id: string },
): Step | undefined {
  const step = plan.steps.get(named.step_id);
  return step?.planned.work_id === named.work_id ? step : undefined;
}
