import { limits, WorkflowDefinition } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { durationMs } from './duration.ts';
import { normaliseDefinition } from './normalise.ts';

type Steps = WorkflowDefinition['steps'];

const normal = (definition: WorkflowDefinition) => {
  const normalised = normaliseDefinition(definition);
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.problems));
  return normalised.definition;
};
const problems = (definition: WorkflowDefinition) => {
  const normalised = normaliseDefinition(definition);
  return normalised.ok ? [] : normalised.problems;
};
const problemsOf = (steps: Steps, output?: WorkflowDefinition['output']) =>
  problems(output === undefined ? { steps } : { steps, output });

const review: WorkflowDefinition = {
  name: 'code_review',
  version: 2,
  description: 'Reviews code.',
  input: { type: 'object' },
  steps: {
    parse: { agent: 'code_parser', with: { code: '${{ input.code }}' } },
    quality: {
      agent: 'reviewer',
      needs: ['parse'],
      with: { parsed: '${{ steps.parse.output }}' },
      timeout: '2m',
      reason: 'To know.',
    },
    report: {
      agent: 'writer',
      needs: ['quality'],
      retry: { max_attempts: 2, initial: '250ms', factor: 3, max: 1.5 },
      with: { all: '${{ steps.parse.output }}' },
    },
  },
  output: '${{ steps.report.output }}',
};

it('fills in every default and keeps the order of the steps', () => {
  expect(WorkflowDefinition.safeParse(review).success).toBe(true);
  expect(normal(review)).toEqual({
    name: 'code_review',
    version: 2,
    description: 'Reviews code.',
    input: { type: 'object' },
    steps: [
      {
        step_id: 'parse',
        agent: 'code_parser',
        needs: [],
        with: { code: '${{ input.code }}' },
        retry: { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 },
        timeout_ms: 120_000,
        reason: 'It needs no other step, so it can start at once.',
      },
      {
        step_id: 'quality',
        agent: 'reviewer',
        needs: ['parse'],
        with: { parsed: '${{ steps.parse.output }}' },
        retry: { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 },
        timeout_ms: 120_000,
        reason: 'To know.',
      },
      {
        step_id: 'report',
        agent: 'writer',
        needs: ['quality'],
        with: { all: '${{ steps.parse.output }}' },
        retry: { max_attempts: 2, initial_ms: 250, factor: 3, max_ms: 1_500 },
        timeout_ms: 120_000,
        reason: 'It builds on quality.',
      },
    ],
    output: '${{ steps.report.output }}',
  });
});

it('answers the outputs of the last steps when a definition names no output', () => {
  expect(normal({ steps: { a: { agent: 'x' }, b: { agent: 'x', needs: ['a'] } } })).toMatchObject({
    name: 'workflow',
    version: 1,
    output: '${{ steps["b"].output }}',
  });
  expect(normal({ steps: { 'a-1': { agent: 'x' }, b: { agent: 'x' } } }).output).toEqual({
    'a-1': '${{ steps["a-1"].output }}',
    b: '${{ steps["b"].output }}',
  });
});

it('reports steps that are missing, unknown, doubled or in a cycle, with their place', () => {
  expect(problemsOf({})).toEqual([{ code: 'no_steps', detail: 'The workflow has no steps.', pointer: '/steps' }]);
  expect(problemsOf({ writer: { agent: 'x', needs: ['nobody'] } })).toEqual([
    {
      code: 'unknown_need',
      detail: 'Step writer needs "nobody", and there is no such step.',
      pointer: '/steps/writer/needs/0',
    },
  ]);
  expect(problemsOf({ a: { agent: 'x' }, b: { agent: 'x', needs: ['a', 'a'] } })).toMatchObject([
    { code: 'invalid_definition', pointer: '/steps/b/needs/1' },
  ]);
  expect(problemsOf({ a: { agent: 'x', needs: ['b'] }, b: { agent: 'x', needs: ['a'] } })).toEqual([
    { code: 'cycle', detail: 'The steps form a cycle: a -> b -> a.', pointer: '/steps/a/needs' },
  ]);
  const ring = Object.fromEntries(
    Array.from({ length: 100 }, (_, place) => [`s${place}`, { agent: 'x', needs: [`s${(place + 1) % 100}`] }]),
  );
  expect(problemsOf(ring)[0]?.detail).toMatch(/s9 -> \.\.\. 82 more \.\.\. -> s92/);
});

it('refuses names that break the rules or that every object has', () => {
  const withId = (id: string) => problemsOf(Object.fromEntries([[id, { agent: 'x' }]]));
  for (const id of [
    'constructor',
    '__proto__',
    'toString',
    'prototype',
    '1a',
    'a b',
    'a/b',
    '',
    'x'.repeat(limits.nameChars + 1),
  ]) {
    expect(withId(id)).toMatchObject([{ code: 'invalid_definition' }]);
  }
  expect(withId('a/b~c')[0]?.pointer).toBe('/steps/a~1b~0c');
  expect(withId('constructors')).toEqual([]);
  const sneaky = JSON.parse('{"a": {"deep": [{"__proto__": 1}]}}');
  expect(problemsOf({ a: { agent: 'x', with: sneaky } })).toMatchObject([
    { code: 'invalid_definition', pointer: '/steps/a/with/a/deep/0/__proto__' },
  ]);
  expect(normaliseDefinition({ steps: { a: { agent: 'x' } }, output: sneaky })).toMatchObject({
    problems: [{ code: 'invalid_definition', pointer: '/output/a/deep/0/__proto__' }],
  });
});

it('bounds the number of steps and the length of a report', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, place) => [`s${place}`, { agent: 'x', needs: ['no'] }]));
  expect(problemsOf(many(limits.steps + 1))).toMatchObject([{ code: 'invalid_definition', pointer: '/steps' }]);
  expect(problemsOf(many(limits.steps)).length).toBe(20);
  expect(problemsOf({ a: { agent: 'x', with: { text: 'x'.repeat(limits.recordBytes) } } })).toMatchObject([
    { code: 'payload_too_large' },
  ]);
});

it('accepts 1,000 steps of which each needs all before it', () => {
  const ids = Array.from({ length: 1_000 }, (_, place) => `s${place}`);
  const steps = Object.fromEntries(
    ids.map((id, place) => [
      id,
      {
        agent: 'x',
        needs: ids.slice(Math.max(0, place - 100), place),
        with: { x: place > 0 ? '${{ steps.s0.output }}' : 1 },
      },
    ]),
  );
  expect(normal({ steps }).steps.length).toBe(1_000);
});

it('checks every expression and says where and why', () => {
  const a = { agent: 'x' };
  const one = (text: string) => problemsOf({ a, b: { agent: 'x', needs: ['a'], with: { x: ['y', text] } }, c: a })[0];
  expect(one('${{ steps.a.output.x }}')).toBeUndefined();
  expect(one('${{ steps.c.output }}')).toEqual({
    code: 'invalid_expression',
    detail: 'The expression `steps.c.output` reads step c, which step b does not need.',
    pointer: '/steps/b/with/x/1',
  });
  expect(one('${{ steps.b.output }}')?.detail).toContain('which step b does not need');
  expect(one('${{ steps.zz.output }}')?.detail).toContain('there is no such step');
  expect(one('${{ inptu.x + 1 }}')?.detail).toContain('Unknown variable: inptu');
  expect(one('${{ 1 + }}')).toMatchObject({ code: 'invalid_expression', pointer: '/steps/b/with/x/1' });
  expect(one('${{ input.x')?.detail).toContain('its }} is missing');
  expect(one(`\${{ "${'x'.repeat(limits.expressionChars)}" }}`)?.detail).toContain('characters');
  expect(problemsOf({ a }, { x: '${{ steps.b.output }}' })).toMatchObject([
    { code: 'invalid_expression', pointer: '/output/x' },
  ]);
  const many = { agent: 'x', with: { list: Array.from({ length: 100 }, () => '${{ ! }}') } };
  expect(problemsOf({ many }).length).toBe(20);
});

it('lets a step read what it needs through others', () => {
  const steps: Steps = {
    a: { agent: 'x' },
    b: { agent: 'x', needs: ['a'] },
    c: { agent: 'x', needs: ['b'], with: { x: '${{ steps.a.output }}' } },
  };
  expect(problemsOf(steps)).toEqual([]);
});

it('turns durations into milliseconds and refuses what is none', () => {
  expect(['500ms', '30s', '2m', '1h', '1.5s', 0.25, 3].map((duration) => durationMs(duration))).toEqual([
    500, 30_000, 120_000, 3_600_000, 1_500, 250, 3_000,
  ]);
  expect(['', '5', '5 s', '-1s', '25h', 86_401, -1].map((duration) => durationMs(duration))).toEqual(
    Array.from({ length: 7 }, () => undefined),
  );
  expect(problemsOf({ a: { agent: 'x', timeout: '0ms', retry: { initial: '25h' } } })).toMatchObject([
    { code: 'invalid_definition', pointer: '/steps/a/retry/initial' },
    { code: 'invalid_definition', pointer: '/steps/a/timeout' },
  ]);
});
