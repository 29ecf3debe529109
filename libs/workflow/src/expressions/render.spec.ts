import { limits, type Json, type JsonObject } from '@waybill/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileExpression } from './expression.ts';
import { render } from './render.ts';

const input: JsonObject = {
  n: 5,
  x: 0.25,
  w: 4,
  list: [1, 2, 3],
  text: 'tea',
  nothing: null,
  yes: true,
  place: { street: 'Main', 'zip code': 7 },
  big: 2 ** 53,
  mixed: [1, 'a', null],
  whale: '🐳',
  nul: 'a\0b',
};
const outputs: Record<string, Json> = {
  a: { p: 1, passages: [{ text: 'one' }, { text: 'two' }] },
  'my-step': 'dash',
  whole: [1, 2],
};
const scope = { input, outputOf: (id: string): Json | undefined => outputs[id] };

const value = (text: string): unknown => {
  const rendered = render<Json>(text, scope);
  return 'reason' in rendered ? rendered : rendered.value;
};
const of = (expression: string): unknown => value(`\${{ ${expression} }}`);
const reason = (expression: string): string => {
  const rendered = render<Json>(`\${{ ${expression} }}`, scope);
  return 'reason' in rendered ? rendered.reason : `no failure but ${JSON.stringify(rendered.value)}`;
};

it('yields the value with its type when a string is one template', () => {
  expect(value('${{ input.list }}')).toBe(input['list']);
  expect(of('input.nothing')).toBeNull();
  expect(of('input.yes')).toBe(true);
  expect(of('steps.a.output.passages[1].text')).toBe('two');
  expect(of('steps["my-step"].output')).toBe('dash');
  expect(of('steps.whole.output')).toBe(outputs['whole']);
  expect(of('input.place["zip code"]')).toBe(7);
});

it('interpolates mixed text: strings as they are, other values as canonical JSON', () => {
  expect(value('On ${{ input.text }}, ${{ input.n }} times')).toBe('On tea, 5 times');
  expect(value(' ${{ input.n }}')).toBe(' 5');
  expect(value('${{ input.place }}${{ input.nothing }}')).toBe('{"street":"Main","zip code":7}null');
  expect(value('nothing here: {{ }} $ {{')).toBe('nothing here: {{ }} $ {{');
  expect(value('${{ "}}" }} and ${{ {"a": {"b": 1}} }} and ${{ \'it\\\'s }}\' }}')).toBe(
    '}} and {"a":{"b":1}} and it\'s }}',
  );
});

it('renders nested JSON and leaves what is no template alone', () => {
  const rendered = render({ a: [1, { b: '${{ input.n }}' }], c: 'plain', d: null }, scope);
  expect(rendered).toEqual({ value: { a: [1, { b: 5 }], c: 'plain', d: null } });
});

it('computes with JSON numbers, whole or not, and answers JSON numbers', () => {
  const computed: Record<string, Json> = {
    'input.n + 1': 6,
    '1 + input.n': 6,
    'input.x * 2': 0.5,
    'input.x * 0.5': 0.125,
    'input.w * 0.5': 2,
    'input.n - 1': 4,
    'input.n / 2': 2.5,
    '7 / 2': 3,
    'input.n % 2': 1,
    'input.n % input.w': 1,
    '7 % input.w': 3,
    '-input.n': -5,
    'size(input.list) + 1': 4,
    'size(input.list) * 0.5': 1.5,
    'input.n == 5 && 5 == input.n': true,
    'input.n in [1, 5]': true,
    '2 in input.list': true,
    'input.list[size(input.list) - 1]': 3,
    'input.list[input.n - 3]': 3,
    'string(input.n) + "%"': '5%',
    'int(input.x)': 0,
  };
  for (const [expression, expected] of Object.entries(computed))
    expect([expression, of(expression)]).toEqual([expression, expected]);
});

it('evaluates lists, maps, conditions and loops', () => {
  expect(of('input.list + [4, 5.5, "x"]')).toEqual([1, 2, 3, 4, 5.5, 'x']);
  expect(of('{"n": input.n, "l": [1, input.text]}')).toEqual({ n: 5, l: [1, 'tea'] });
  expect(of('has(input.collection) ? input.collection : null')).toBeNull();
  expect(of('has(input.text) ? input.text : "none"')).toBe('tea');
  expect(of('steps.a.output.passages.map(p, p.text).join("; ")')).toBe('one; two');
  expect(of('input.list.filter(i, i > 1).map(i, {"v": i * 2})')).toEqual([{ v: 4 }, { v: 6 }]);
  expect(of('input.list.exists(i, i == 2) && input.list.all(i, i < 9)')).toBe(true);
  expect(of('cel.bind(m, input.n * 2, m + m)')).toBe(20);
  expect(of('input.list.map(input, input + 1)')).toEqual([2, 3, 4]);
  expect(of('input.mixed == [1, "a", null]')).toBe(true);
  expect(of('input.place == {"street": "Main", "zip code": 7}')).toBe(true);
  expect(of('input.text.upperAscii().contains("E")')).toBe(true);
  expect(of('[input.list, [1]]')).toEqual([[1, 2, 3], [1]]);
});

it('copies nothing that was JSON already', () => {
  expect(of('has(input.list) ? input.list : []')).toBe(input['list']);
  expect((of('{"l": input.list}') as JsonObject)['l']).toBe(input['list']);
});

it('fails rather than rounding, and on what JSON cannot hold', () => {
  expect(reason('9007199254740993')).toContain('beyond 2^53');
  expect(reason('input.big + 1')).toContain('beyond 2^53');
  expect(reason('[9007199254740993]')).toContain('beyond 2^53');
  expect(of('input.big')).toBe(2 ** 53);
  expect(reason('input.n / 0')).toContain('not a number that JSON can hold');
  expect(reason('1 / 0')).toContain('division by zero');
  expect(reason('type(input.n)')).toContain('not JSON');
  expect(reason('9223372036854775807 + 1')).toContain('overflow');
});

it('fails on text that the record cannot hold, and only where it ends up in the result', () => {
  const refused = 'the result has text with a NUL character or half of a surrogate pair';
  for (const computed of ['input.whale.split("")[0]', '[{"a": input.whale.split("")[1]}]', 'input.nul + ""'])
    expect([computed, reason(computed)]).toEqual([computed, refused]);
  expect(reason('{input.nul: 1}')).toBe(refused);
  expect(of('input.whale.split("").join("")')).toBe('🐳');
  expect(value('a ${{ input.whale.split("")[0] }}')).toMatchObject({ reason: refused });
});

it('says what is missing or of the wrong type', () => {
  expect(reason('input.missing')).toBe('No such key: missing');
  expect(reason('input.nothing.x')).toBe('No such key: x');
  expect(reason('input.list[9]')).toBe('No such key: 9');
  expect(reason('input.list.x')).toBe('No such key: x');
  expect(reason('input.text + input.n')).toContain('no such overload');
  expect(reason('steps.zz.output')).toBe('step zz has no output');
  expect(reason('steps.zz.output.x + 1')).toBe('step zz has no output');
  expect(render<Json>('a ${{ input.missing }}', scope)).toEqual({
    expression: 'input.missing',
    reason: 'No such key: missing',
  });
  expect(render<Json>('${{ 1 + }}', scope)).toMatchObject({ expression: '1 +' });
});

it('never reaches a prototype', () => {
  for (const key of ['constructor', '__proto__', 'toString', 'prototype', 'length']) {
    for (const root of ['input', 'input.list', 'input.text', 'input.place', 'steps.a.output']) {
      expect(reason(`${root}["${key}"]`)).toContain('No such key');
      expect(reason(`${root}.${key} == 1`)).toMatch(/No such key|Reserved/);
      expect(reason(`[${root}][0]["${key}"]`)).toMatch(/No such key|index/i);
    }
  }
});

it('refuses at compile time what an expression may not use', () => {
  const refused = (expression: string): string => {
    const compiled = compileExpression(expression);
    return 'reason' in compiled ? compiled.reason : 'accepted';
  };
  expect(refused('steps')).toContain('literal id');
  expect(refused('steps[input.text].output')).toContain('literal id');
  expect(refused('steps.a.status')).toContain('literal id');
  expect(refused('input.list.map(x, steps)')).toContain('literal id');
  expect(refused('input.text.matches("(a+)+$")')).toContain('no function matches()');
  expect(refused('timestamp("2026-01-01T00:00:00Z")')).toContain('no function timestamp()');
  expect(refused('input.list.map(steps, 1)')).toContain('literal id');
  expect(refused('b"abc"')).toContain('not JSON');
  for (const text of ['"a\\u0000b"', '{"\\x00": 1}', 'input["\\000"]', '"a\0"', '"\ud83d"'])
    expect([text, refused(text)]).toEqual([text, 'text has no NUL character and no half of a surrogate pair']);
  expect(refused('"\\U0001F433" + r"\\u0000"')).toBe('accepted');
  expect(refused('nobody.x + 1')).toContain('Unknown variable: nobody');
  expect(refused('nobody.x')).toContain('Unknown variable: nobody');
  expect(refused('1 + "a"')).toContain('no such overload');
  expect(refused('['.repeat(300))).not.toBe('accepted');
  expect(refused('-'.repeat(1_500) + '1')).toBe('accepted');
  expect(refused('x'.repeat(limits.expressionChars + 1))).toContain('characters');
});

it('never throws, whatever the text', { timeout: 60_000 }, () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            '${{',
            '}}',
            '"',
            "'",
            '\\',
            'input',
            '.',
            'n',
            '[',
            ']',
            '{',
            '}',
            '(',
            ')',
            'map',
            ' + ',
            '1',
            ',',
          ),
          fc.string(),
        ),
      ),
      (parts) => {
        const rendered = render<Json>(parts.join(''), scope);
        return 'value' in rendered || rendered.reason.length > 0;
      },
    ),
    { numRuns: 2_000 },
  ),
);

it('reads member paths as the CEL library does', { timeout: 60_000 }, () =>
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.array(fc.oneof(fc.constantFrom('a', 'b', ''), fc.nat(2)), { maxLength: 4 }),
      (data, keys) => {
        const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`)).join('');
        const own = { input: { d: data as Json }, outputOf: () => undefined };
        const direct = render<Json>(`\${{ input.d${path} }}`, own);
        const celled = render<Json>(`\${{ true ? input.d${path} : null }}`, own);
        const bare = (rendered: object) => ('value' in rendered ? JSON.stringify(rendered.value) : 'failed');
        return bare(direct) === bare(celled) || ('reason' in celled && celled.reason.includes('beyond 2^53'));
      },
    ),
  ),
);
