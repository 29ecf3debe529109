import { limits } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { evolve } from './evolve.ts';
import { emptyPlan } from './plan.ts';
import { readySteps } from './agenda.ts';
import { given } from './testing/given.ts';
import { definitionOf, History, requestOf, started, t0 } from './testing/history.ts';

const submit = (request: ReturnType<typeof requestOf>) => ({ type: 'SubmitTask' as const, request, at: t0 });
const two = { draft: {}, review: { needs: ['draft'] } };

it('is accepted and planned, with a work id for each step', () =>
  given()
    .when(submit(requestOf(two, { input: { topic: 'x' } })))
    .then(
      { type: 'TaskAccepted', data: { input: { topic: 'x' }, priority: 5 } },
      { type: 'PlanCreated', data: { planner: 'definition', name: 'spec', definition_hash: 'hash' } },
    ));

it('numbers work from one and takes queue and reservation from the card of the agent', () => {
  const [, created] = started({ draft: { max_tokens: 9 }, review: { needs: ['draft'] } }).facts;
  expect(created).toMatchObject({
    time: '2026-05-28T20:26:40.000Z',
    data: {
      steps: [
        { step_id: 'draft', work_id: 'task.1', queue: 'agent.draft', max_tokens: 9 },
        { step_id: 'review', work_id: 'task.2', queue: 'agent.review', max_tokens: 0 },
      ],
    },
  });
});

it('ignores a submission that comes again, whatever has become of the plan', () => {
  const running = started(two);
  given(...running.facts)
    .when(submit(requestOf(two)))
    .thenIgnored('duplicate');
  given(running.facts[0]!)
    .when(submit(requestOf(two)))
    .thenIgnored('duplicate');
  running.apply({ type: 'CancelTask', reason: 'enough', at: t0 });
  given(...running.facts)
    .when(submit(requestOf(two)))
    .thenIgnored('duplicate');
});

it('plans a goal by the rules, and its expressions read the goal', () => {
  const request = requestOf({}, { goal: 'Why is the sky blue?', input: { collection: 'physics' } });
  const agents = Object.fromEntries(
    ['retriever', 'analyzer', 'writer'].map((name) => [name, { queue: `agent.${name}`, max_tokens: 0 }]),
  );
  const history = new History().submit({ ...request, agents }).dispatch('retriever');
  expect(history.facts.at(-1)).toMatchObject({
    type: 'StepDispatched',
    data: { queue: 'agent.retriever', input: { query: 'Why is the sky blue?', collection: 'physics' } },
  });
  expect(history.facts[1]).toMatchObject({ data: { planner: 'rules', name: 'goal' } });
});

it('ends at once when its deadline has passed', () =>
  given()
    .when(submit(requestOf(two, { deadline_at: t0 })))
    .then(
      ...([
        { type: 'TaskAccepted' },
        { type: 'PlanCreated' },
        { type: 'TaskFailed', data: { error: { class: 'exhausted', code: 'deadline_exceeded' } } },
      ] as const),
    ));

const failing = (code: string) =>
  [{ type: 'TaskAccepted' as const }, { type: 'TaskFailed' as const, data: { error: { code } } }] as const;

it('fails with the problem of an unusable definition', () => {
  given()
    .when(submit(requestOf({})))
    .then(...failing('no_steps'));
  given()
    .when(submit(requestOf({ a: { needs: ['b'] } })))
    .then(...failing('unknown_need'));
  given()
    .when(submit(requestOf({ a: { needs: ['b'] }, b: { needs: ['a'] } })))
    .then(...failing('cycle'));
  given()
    .when(submit(requestOf({ a: { with: { x: '${{ nope }}' } } })))
    .then(...failing('invalid_expression'));
  given()
    .when(submit({ ...requestOf(two), agents: {} }))
    .then(...failing('unknown_agent'));
  const { definition: _, ...neither } = requestOf(two);
  given()
    .when(submit(neither))
    .then(...failing('invalid_request'));
});

it('fails with invalid_definition when the record holds no normal form', () => {
  for (const definition of [{ steps: [null] }, { steps: [{}] }, { ...definitionOf(two), output: undefined }]) {
    given()
      .when(submit({ ...requestOf(two), definition: definition as never }))
      .then(...failing('invalid_definition'));
  }
  const [step] = definitionOf(two).steps;
  for (const wrong of [
    { needs: [1] },
    { timeout_ms: Infinity },
    { retry: null },
    { with: [] },
    { timeout_ms: limits.stepTimeoutMs + 1 },
  ]) {
    const definition = { ...definitionOf(two), steps: [{ ...step!, ...wrong }] };
    given()
      .when(submit({ ...requestOf(two), definition: definition as never }))
      .then(...failing('invalid_definition'));
  }
});

it('fails without the input when that does not fit into a record', () => {
  const input = { text: 'x'.repeat(limits.recordBytes) };
  given()
    .when(submit(requestOf(two, { input })))
    .then({ type: 'TaskAccepted' }, { type: 'TaskFailed', data: { error: { code: 'payload_too_large' } } });
  expect(new History().submit(requestOf(two, { input })).facts[0]).toMatchObject({ data: { input: {} } });
  expect(JSON.stringify(new History().submit(requestOf(two, { input })).facts).length).toBeLessThan(1_000);
  let deep: unknown[] = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  given()
    .when(submit(requestOf(two, { input: { deep: deep as never } })))
    .then(...failing('too_deep'));
  given()
    .when(submit(requestOf({ a: { with: { deep: deep as never } } })))
    .then(...failing('too_deep'));
});

it('fails when its steps fit into the request and, with what planning adds to each, into no record', () => {
  const steps = Object.fromEntries(
    Array.from({ length: limits.steps }, (_, place) => [`s${place}`, { agent: 'echo', with: { x: 'x'.repeat(700) } }]),
  );
  const queue = `agent.${'e'.repeat(limits.nameChars)}`;
  const request = { ...requestOf(steps), agents: { echo: { queue, max_tokens: 0 } } };
  expect(JSON.stringify(request).length).toBeLessThan(limits.recordBytes);
  given()
    .when(submit(request))
    .then(...failing('payload_too_large'));
});

it('makes the steps without needs ready, in the order of the definition', () => {
  const { plan } = started({ c: {}, b: { needs: ['a'] }, a: {} });
  expect(readySteps(plan, t0)).toEqual(['c', 'a']);
  expect(readySteps(emptyPlan(), t0).length).toBe(0);
});

it('is accepted only once when its events are folded again', () => {
  const { facts, plan } = started(two);
  expect(evolve(plan, facts[0]!)).toBe(plan);
  expect(evolve(plan, facts[1]!)).toBe(plan);
});

it('puts the goal into the input of a plan that the rules made, whatever the input says, and into no other', () => {
  const cards = Object.fromEntries(
    ['retriever', 'analyzer', 'writer'].map((name) => [name, { queue: `agent.${name}`, max_tokens: 0 }]),
  );
  const asked = { ...requestOf({}, { goal: 'Why?', input: { goal: 'other' } }), agents: cards };
  expect(new History().submit(asked).dispatch('retriever').facts.at(-1)).toMatchObject({
    data: { input: { query: 'Why?' } },
  });
  const reads = started({ a: { with: { x: '${{ has(input.goal) }}' } } }).dispatch('a');
  expect(reads.facts.at(-1)).toMatchObject({ data: { input: { x: false } } });
});

it('knows no agent by a name that every object has', () =>
  given()
    .when(submit({ ...requestOf({ a: { agent: 'constructor' } }), agents: {} }))
    .then(...failing('unknown_agent')));

it('fails when two steps of the record have one name', () => {
  const [step] = definitionOf(two).steps;
  const definition = { ...definitionOf(two), steps: [step!, step!] };
  given()
    .when(submit({ ...requestOf(two), definition }))
    .then(...failing('invalid_definition'));
});
