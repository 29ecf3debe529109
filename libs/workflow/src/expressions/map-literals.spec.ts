import type { Json } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { compileExpression } from './expression.ts';
import { render } from './render.ts';

const input = { k: 'constructor', a: 'a', list: [1, 2], n: 1.5, map: {}, nothing: null };
const of = (expression: string): unknown => {
  const rendered = render<Json>(`\${{ ${expression} }}`, { input, outputOf: () => undefined });
  return 'value' in rendered ? rendered.value : rendered.reason;
};
const refused = (expression: string): string => {
  const compiled = compileExpression(expression);
  return 'reason' in compiled ? compiled.reason : 'accepted';
};

it('refuses a written key that JSON may not have here', () => {
  for (const key of ['constructor', 'prototype', '__proto__']) {
    const reason = `the key "${key}" is not allowed`;
    expect(refused(`{"${key}": 1, "b": 2}`)).toBe(reason);
    expect(refused(`input.list.map(x, {"a": [{"${key}": x}]})`)).toBe(reason);
  }
});

it('refuses a key that is written twice', () => {
  expect(refused('{"a": 1, "b": 3, "a": 2}')).toBe('the key "a" stands twice in a map');
  expect(refused('{1: 1, "1": 2}')).toBe('the key "1" stands twice in a map');
  expect(refused('[{"a": 1}, {"a": {"a": 2}}]')).toBe('accepted');
});

it('fails on such a key when it is computed', () => {
  expect(of('{input.k: 1, "b": 2}')).toBe('the key "constructor" is not allowed');
  expect(of('input.list.map(x, {"proto" + "type": x})')).toBe('the key "prototype" is not allowed');
  expect(of('{"a": 1, input.a: 2}')).toBe('the key "a" stands twice in a map');
  expect(of('{input.a: 1, input.a: 2}')).toBe('the key "a" stands twice in a map');
  expect(of('{input.map: 1}')).toBe('a key of a map is text, a number or a boolean');
  expect(of('{input.nothing: 1}')).toBe('a key of a map is text, a number or a boolean');
});

it('keeps every other key, written or computed', () => {
  expect(of('{input.a: 1, "b": {input.a + "c": input.list}, 2: 3, true: 4, input.n: 5}')).toEqual({
    a: 1,
    b: { ac: [1, 2] },
    2: 3,
    true: 4,
    1.5: 5,
  });
  expect(of('{"toString": 1}')).toEqual({ toString: 1 });
  expect(of('input.list.map(x, {"v" + string(x): x})')).toEqual([{ v1: 1 }, { v2: 2 }]);
  expect(of('{input.a: 1}["a"] + {"a": 1}.a')).toBe(2);
});
