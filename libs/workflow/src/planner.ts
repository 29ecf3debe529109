/**
 * The rules planner: a goal in prose becomes find, think, write. It looks at nothing but the goal, so the same goal gives the same plan;
 * an agent network that can plan for itself will propose another one while the task is `planning`.
 */
import {
  retryDefaults,
  stepTimeoutDefaultMs,
  type JsonObject,
  type NormalDefinition,
  type NormalStep,
} from '@waybill/contracts';

/** Expressions read the goal as `input.goal`: a plan's input is the task's input with the goal in it. */
export function planGoal(goal: string): NormalDefinition {
  return {
    name: 'goal',
    version: 1,
    description: goal.length <= 2_000 ? goal : `${goal.slice(0, 1_999).toWellFormed()}…`,
    steps: [
      step('retriever', [], {
        reason: 'Find passages in the documents that bear on the goal, so that the answer rests on sources.',
        with: {
          query: '${{ input.goal }}',
          collection: '${{ has(input.collection) ? input.collection : null }}',
        },
      }),
      step('analyzer', ['retriever'], {
        reason: 'Work out what the passages say about the goal, and what they leave open.',
        with: { goal: '${{ input.goal }}', passages: '${{ steps.retriever.output.passages }}' },
      }),
      step('writer', ['analyzer'], {
        reason: 'Write the answer to the goal from the analysis, quoting the passages that support it.',
        with: {
          goal: '${{ input.goal }}',
          passages: '${{ steps.retriever.output.passages }}',
          analysis: '${{ steps.analyzer.output }}',
        },
      }),
    ],
    output: '${{ steps.writer.output }}',
  };
}

function step(id: string, needs: string[], rest: { reason: string; with: JsonObject }): NormalStep {
  return { step_id: id, agent: id, needs, retry: retryDefaults, timeout_ms: stepTimeoutDefaultMs, ...rest };
}
