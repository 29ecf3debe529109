import { expect, it } from 'vitest';
import fc from 'fast-check';
import { checkOutcome } from './check-outcome.ts';

const check = (outcome: unknown) => checkOutcome('writer', outcome, { asked: true });
const completed = (output: unknown) => ({ status: 'completed', output });

it.each([
  ['BigInt', { n: 1n }, '/output/n: bigint'],
  ['undefined', undefined, '/output: undefined'],
  ['a field that is undefined', { a: [{ b: undefined }] }, '/output/a/0/b: undefined'],
  ['a hole in a list', Object.assign([1], { 2: 3 }), '/output/1: undefined'],
  ['a function', () => 1, '/output: function'],
  ['a symbol', Symbol('x'), '/output: symbol'],
  ['a date', new Date(0), '/output: an object of a class'],
  ['not a number', Number.NaN, '/output: NaN'],
  ['a NUL character', 'a\0', '/output: text'],
  ['a lone surrogate', { a: '\ud800' }, '/output/a: text'],
  ['a broken key', { 'a\0': 1 }, '/output: a key'],
])('refuses %s as output and says where it stands', (_what, output, where) => {
  expect(check(completed(output))).toMatchObject({
    status: 'failed',
    error: {
      class: 'invalid',
      code: 'invalid_output',
      detail: expect.stringMatching(`Agent writer .*${where}`) as string,
    },
  });
});

it('refuses a cycle, and what is nested too deeply', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  let deep: unknown = 1;
  for (let depth = 0; depth < 66; depth += 1) deep = [deep];
  for (const output of [cycle, deep])
    expect(check(completed(output))).toMatchObject({ error: { detail: expect.stringContaining('nested') as string } });
});

it('refuses what throws when it is looked at', () => {
  const fail = (): never => {
    throw new Error('not to be looked at');
  };
  const hostile = [
    new Proxy({}, { get: fail }),
    Object.defineProperty({}, 'status', { get: fail }),
    completed(Object.defineProperty({}, 'a', { get: fail, enumerable: true })),
  ];
  for (const outcome of hostile)
    expect(check(outcome)).toMatchObject({
      error: { code: 'invalid_output', detail: expect.stringContaining('cannot be read') as string },
    });
});

it('looks at no more of a list than it needs to refuse it', () => {
  let looks = 0;
  const list = new Proxy([undefined, 1, 2], {
    get: (of, key) => ((looks += Number(key === '1')), Reflect.get(of, key)),
  });
  expect(check(completed(list))).toMatchObject({
    error: { detail: expect.stringMatching('/output/0: undef') as string },
  });
  expect(looks).toBe(0);
});

it('refuses what is no outcome', () => {
  for (const outcome of [
    null,
    'done',
    {},
    { status: 'finished' },
    { status: 'suspended', calls: [] },
    { status: 'failed', error: {} },
  ])
    expect(check(outcome)).toMatchObject({ status: 'failed', error: { code: 'invalid_output' } });
});

it('lets every JSON value through unchanged', () =>
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: true, maxDepth: 5 }), (output) => {
      const json = JSON.parse(JSON.stringify(output)) as unknown;
      expect(check(completed(json))).toEqual(completed(json));
    }),
  ));

it('does not look at input that is answered as it came', () => {
  const known = { n: 1n } as never;
  const outcome = completed(known);
  expect(checkOutcome('echo', outcome, known)).toBe(outcome);
  expect(checkOutcome('echo', { ...outcome, thought: 'hm' }, known)).toMatchObject({ status: 'failed' });
});
