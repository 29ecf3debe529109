import type { Json } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { render } from './render.ts';

it('stops what would take too many operations', { timeout: 120_000 }, () => {
  const long = { list: Array.from({ length: 20_000 }, (_, index) => index), text: 'x'.repeat(200_000) };
  const wide = { input: long, outputOf: () => undefined };
  for (const expression of [
    'input.list.map(a, input.list.map(b, input.list.map(c, a + b + c)))',
    'input.list.exists(a, input.list.exists(b, input.list.exists(c, a + b + c < 0)))',
    'input.list.filter(a, a in input.list)',
    'input.list.filter(a, input.list == input.list + [1])',
    'input.list.filter(a, input.text.contains("y"))',
    'input.list.map(a, size(input.list.map(b, b)))',
    'cel.bind(a, input.list + input.list, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, d + d + d + d + d))))',
    'input.list.map(a, input.list)',
    'input.list.map(a, input.text).join("")',
    'input.list.map(a, input.text.split(""))',
  ]) {
    expect([expression, render<Json>(`\${{ ${expression} }}`, wide)]).toMatchObject([
      expression,
      { reason: 'it takes too many operations' },
    ]);
  }
  const repeated = Array.from({ length: 200 }, () => '${{ input.text + input.text }}').join('');
  expect(render<Json>(repeated, wide)).toMatchObject({ reason: 'it takes too many operations' });
  expect(render<Json>('${{ input.list.map(a, a + 1) }}', wide)).toHaveProperty('value');
});
