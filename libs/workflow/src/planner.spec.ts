import { expect, it } from 'vitest';
import { checkDefinition } from './definition/normal-form.ts';
import { planGoal } from './planner.ts';

it('plans find, think and write, each with its reason', () => {
  const plan = planGoal('Why is the sky blue?');
  expect(checkDefinition(plan)).toEqual([]);
  expect(plan.steps.map(({ agent, needs }) => [agent, ...needs])).toEqual([
    ['retriever'],
    ['analyzer', 'retriever'],
    ['writer', 'analyzer'],
  ]);
  for (const { reason } of plan.steps) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  expect(plan.output).toBe('${{ steps.writer.output }}');
});

it('keeps its description within bounds', () => expect(planGoal('x'.repeat(20_000)).description?.length).toBe(2_000));
