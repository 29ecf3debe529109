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

it.each(['input.whale.substring(7)', 'input.whale.substring(0, 7)', 'input.whale.substring(-1)'])(
  'has no place beyond the text: %s',
  (expression) => {
    expect(of(expression)).toContain('out of range');
  },
);
