import type { Json } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { render } from './render.ts';

it('stops what would take too many operations', { timeout: 120_000 }, () => {
  const text = 'x'.repeat(200_000);
  const long = { list: Array.from({ length: 20_000 }, (_, index) => index), text, like: `${text.slice(1)}y` };
  const wide = { input: long, outputOf: () => undefined };
  for (const expression of [
    'input.list.map(a, input.list.map(b, input.list.map(c, a + b + c)))',
    'input.list.exists(a, input.list.exists(b, input.list.exists(c, a + b + c < 0)))',
    'input.list.filter(a, a in input.list)',
    'input.list.filter(a, input.list == input.list + [1])',
    'input.list.filter(a, input.text.contains("y"))',
    'input.list.map(a, size(input.list.map(b, b)))',
    'cel.bind(a, input.list + input.list, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, d + d + d + d + d))))',
    ...['==', '!=', '<', '<=', '>', '>='].map((sign) => `input.list.filter(a, input.text ${sign} input.like)`),
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

it('counts what is made and written out again and again, however little of it is used', { timeout: 120_000 }, () => {
  const input = { list: Array.from({ length: 20_000 }, (_, index) => index), text: 'x'.repeat(200_000) };
  const scope = { input, outputOf: () => undefined };
  const inText = (expression: string) => (times: number) => `\${{ ${expression} }},`.repeat(times);
  const inMembers = (expression: string) => (times: number) =>
    Array.from({ length: times }, () => `\${{ ${expression} }}`);
  for (const [most, many] of [
    [2, inText('input.text.split("")[0]')],
    [10, inText('(input.list + input.list)[0]')],
    [20, inText('input.text')],
    [20, inMembers('[input.text][0]')],
    [1, inText(`input.list.map(a, a${' + 1'.repeat(20)})[0]`)],
  ] as const) {
    expect(render<Json>(many(most), scope)).toHaveProperty('value');
    expect([String(many), render<Json>(many(most * 8), scope)]).toMatchObject([
      String(many),
      { reason: 'it takes too many operations' },
    ]);
  }
});

it.each(['contains', 'indexOf', 'split'])('lets %s look for a paragraph in a document', (name) => {
  const words = Array.from({ length: 160_000 }, (_, index) => `w${(index * 7_919) % 9_973}`).join(' ');
  const text = words.slice(0, 900_000);
  for (const paragraph of [text.slice(450_000, 452_000), `${text.slice(450_000, 452_000)}?`, text.slice(-300)]) {
    const input = { text, paragraph };
    expect(render(`\${{ input.text.${name}(input.paragraph) }}`, { input, outputOf: () => undefined })).toHaveProperty(
      'value',
    );
  }
});

it.each(['contains', 'indexOf', 'lastIndexOf', 'split'])(
  'bounds %s, which may compare a long text again and again',
  (name) => {
    const input = {
      text: 'a'.repeat(200_000),
      like: `${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`,
      line: 'x'.repeat(200),
    };
    const of = (given: string) => render(`\${{ input.text.${name}(${given}) }}`, { input, outputOf: () => undefined });
    const start = performance.now();
    expect(of('input.like')).toMatchObject({ reason: 'it takes too many operations' });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(of('input.line')).toHaveProperty('value');
  },
);
