/** Any command in any state: what parses is answered, never thrown at. */
import { PlanEvent, type Json } from '@waybill/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanCommand } from './commands.ts';
import { decide } from './decide.ts';
import { effects } from './effects.ts';
import { evolve } from './evolve.ts';
import { emptyPlan } from './plan.ts';
import { digestOf, restorePlan, snapshotOf } from './snapshot.ts';
import { anyTask, submit } from './testing/world.ts';

describe('decide', { timeout: 120_000 }, () => {
  const anyId = fc.constantFrom('s0', 's1', 's2', '', 'zz', '__proto__', 'constructor');
  const anyInt = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger());
  const anyJson = fc.jsonValue() as fc.Arbitrary<Json>;
  const anyFailure = fc.record({
    class: fc.constantFrom('transient', 'invalid', 'bug'),
    code: fc.string({ minLength: 1 }),
    detail: fc.string(),
    retry_after_ms: fc.option(fc.nat(), { nil: undefined }),
  });
  const anyTokens = fc.nat(1_000_000_000); // as many as a result may name
  const anyUsage = fc.option(fc.record({ prompt_tokens: anyTokens, completion_tokens: anyTokens }), { nil: undefined });
  const anyOutcome = fc.oneof(
    fc.record({
      status: fc.constant('completed'),
      output: anyJson,
      usage: anyUsage,
      thought: fc.option(fc.string(), { nil: undefined }),
    }),
    fc.record({
      status: fc.constant('suspended'),
      usage: anyUsage,
      calls: fc.array(fc.record({ kind: fc.constant('knowledge.search'), input: fc.constant({}) }), { minLength: 1 }),
    }),
    fc.record({ status: fc.constant('failed'), error: anyFailure, usage: anyUsage }),
  );
  const activation = {
    plan_id: fc.string(),
    step_id: anyId,
    work_id: fc.constantFrom('task.1', 'task.2', ''),
    epoch: fc.constantFrom(1, 2),
    turn: fc.constantFrom(0, 1),
  };
  const anyResult = fc.oneof(
    fc.record({ type: fc.constant('ActivationResult'), ...activation, outcome: anyOutcome }),
    fc.record({
      type: fc.constant('CallResult'),
      ...activation,
      ordinal: fc.nat(3),
      outcome: fc.oneof(
        fc.record({ status: fc.constant('completed'), observation: anyJson }),
        fc.record({ status: fc.constant('failed'), error: anyFailure }),
      ),
    }),
  );
  const oddDefinition = fc.record({
    name: fc.string(),
    version: fc.nat(),
    output: fc.oneof(anyJson, fc.constant('${{ steps.s0.output }}')),
    steps: fc.array(
      fc.oneof(
        anyJson,
        fc.record({
          step_id: anyId,
          agent: anyId,
          needs: fc.array(anyId, { maxLength: 2 }),
          with: fc.oneof(
            fc.dictionary(fc.string(), anyJson),
            fc.constant({ x: '${{ input.a + 1 }}' }),
            fc.constant({ x: '${{ steps.s0.output[0] }}' }),
          ),
          retry: fc.constant({ max_attempts: 2, initial_ms: 1, factor: 1e300, max_ms: 1e300 }),
          timeout_ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
          reason: fc.string(),
        }),
      ),
      { maxLength: 4 },
    ),
  });
  const anyRequest = fc.record({
    type: fc.constant('SubmitTask'),
    task_id: fc.constant('task'),
    accepted_at: anyInt,
    definition: fc.oneof(oddDefinition, fc.constant(undefined)),
    goal: fc.option(fc.string(), { nil: undefined }),
    input: fc.dictionary(fc.string(), anyJson),
    agents: fc.constant(
      Object.fromEntries(
        ['s0', 's1', 's2', '', 'zz', 'retriever', 'analyzer', 'writer'].map((id) => [
          id,
          { queue: 'q', max_tokens: 3 },
        ]),
      ),
    ),
    priority: fc.nat(9),
    deadline_at: fc.option(anyInt, { nil: undefined }),
    labels: fc.constant({}),
    budget: fc.record({
      tokens: fc.option(fc.nat(10), { nil: undefined }),
      steps: fc.option(fc.nat(3), { nil: undefined }),
    }),
  });
  const anyCommand = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('SubmitTask'),
        request: fc.oneof(anyRequest, anyTask.map(submit)),
        at: anyInt,
      }),
    },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('DispatchStep'), stepId: anyId, at: anyInt }) },
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('ApplyResult'),
        result: anyResult,
        at: anyInt,
        jitter: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('CancelTask'), reason: fc.string(), at: anyInt }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('WakeUp'), at: anyInt, jitter: fc.constant(0.5) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('FailTask'), error: anyFailure, stepId: anyId, at: anyInt }),
    },
  ) as fc.Arbitrary<PlanCommand>;

  it('answers any command in any state, with events that the record can hold', () =>
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 25 }), (commands) => {
        let plan = emptyPlan();
        for (const command of commands) {
          const decision = decide(plan, command);
          if (!('events' in decision)) continue;
          for (const fact of decision.events) {
            const event = { seq: 1, ...fact } as PlanEvent;
            expect(PlanEvent.safeParse(JSON.parse(JSON.stringify(event))).error).toBeUndefined();
            effects('task', event);
            plan = evolve(plan, fact);
          }
          digestOf(restorePlan(snapshotOf(plan)));
        }
      }),
      { numRuns: 600 },
    ));
});
