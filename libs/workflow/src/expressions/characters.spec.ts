/** `size` counts characters, so places in text do too: what one says the other takes. */
import { expect, it } from 'vitest';
import { render } from './render.ts';

const whale = '🐳🐳abc🐳';
const of = (expression: string) => {
  const rendered = render(`\${{ ${expression} }}`, { input: { whale, z: 0 }, outputOf: () => undefined });
  return 'value' in rendered ? rendered.value : rendered.reason;
};

it.each([
  ['input.whale.substring(0, size(input.whale))', whale],
  ['input.whale.substring(0, 1)', '🐳'],
  ['input.whale.substring(2)', 'abc🐳'],
  ['input.whale.substring(6)', ''],
  ['input.whale.indexOf("a")', 2],
  ['input.whale.indexOf("x")', -1],
  ['input.whale.indexOf("🐳", 1)', 1],
  ['input.whale.indexOf("🐳", 2)', 5],
  ['input.whale.lastIndexOf("🐳")', 5],
  ['input.whale.lastIndexOf("🐳", 4)', 1],
  ['input.whale.substring(input.whale.indexOf("b"), size(input.whale) - 1)', 'bc'],
  ['input.whale.indexOf("", 3)', 3],
  ['"abc".substring(1, 2)', 'b'],
])('%s', (expression, expected) => {
  expect(of(expression)).toBe(expected);
});

it.each([
  'input.list.map(i, input.long.indexOf("z"))',
  'input.list.map(i, input.long.indexOf("🐳", 240000))',
  'input.list.map(i, input.long.lastIndexOf("🐳"))',
  'input.list.map(i, input.long.substring(249990, 250000))',
])('may be asked again and again of a long text: %s', (expression) => {
  const list = Array.from({ length: 40 }, (_, index) => index);
  const input = { list, long: `${'lorem ipsum '.repeat(21_000).slice(0, 249_999)}z🐳` };
  expect(render(`\${{ ${expression} }}`, { input, outputOf: () => undefined })).toHaveProperty('value');
});

it.each(['input.whale.substring(7)', 'input.whale.substring(0, 7)', 'input.whale.substring(-1)'])(
  'has no place beyond the text: %s',
  (expression) => {
    expect(of(expression)).toContain('out of range');
  },
);
