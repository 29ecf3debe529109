/** What only shows in whole documents: their beginnings, and tables that are longer than what is parsed at once. */
import { expect, it } from 'vitest';
import type { Block } from './block.ts';
import { parseMarkdown } from './parse-markdown.ts';

const parse = (text: string): Block[] => [...parseMarkdown(text)].flat();
const textsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : block.lines.map(({ text }) => text)));

it.each([
  ['a paragraph', 'The basilisk is kept in cage 12.'],
  ['a list', '- The basilisk: cage 12\n- The hydra: cage 14'],
  ['a heading and prose', '# Cages\n\nNote: the basilisk is dangerous.\nIt is kept in cage 12.'],
])('keeps %s that a document has between two rules at its beginning', (_what, inner) => {
  const texts = textsOf(parse(`---\n\n${inner}\n\n---\n\nEnd.`)).join('\n');
  for (const word of inner.match(/[\p{L}\d]+/gu) ?? []) expect(texts).toContain(word);
});

it.each([
  ['YAML', '---\ntitle: Cages\n# for the menu\ntags:\n- zoo\n- cages\nLast updated: 2020\ntext: |\n  indented\n---\n'],
  ['TOML', '+++\ntitle = "Cages"\ntags = [\n  "zoo"\n]\n[menu]\nweight = 3\n+++\n'],
])('leaves front matter in %s out, and counts its lines', (_what, matter) => {
  const line = matter.split('\n').length;
  expect(parse(`${matter}End.`)).toEqual([{ kind: 'prose', lines: [{ text: 'End.', number: line }] }]);
});

it('reads every row of a long table under its header, with its line', () => {
  const row = (at: number): string => `| code ${String(at)} | ${'what it means '.repeat(20)}| ${String(at * 7)} |`;
  const rows = Array.from({ length: 150 }, (_, at) => row(at));
  const text = ['# Codes', '', '| code | meaning | figure |', '|--|:-:|--|', ...rows, '', 'After | all.'].join('\n');
  const blocks = parse(text);
  expect(blocks.filter(({ kind }) => kind === 'table').length).toBeGreaterThan(1);
  expect(blocks.filter(({ kind }) => kind === 'prose')).toEqual([
    { kind: 'prose', lines: [{ text: 'After | all.', number: 156 }] },
  ]);
  const found = blocks.flatMap((block) => (block.kind === 'table' ? block.lines : []));
  for (const at of rows.keys())
    expect(found.filter(({ text: line }) => line.startsWith(`code ${String(at)} |`))).toEqual([
      { text: expect.stringMatching(new RegExp(`\\| ${String(at * 7)}$`)) as string, number: at + 5 },
    ]);
  const tables = blocks.flatMap((block) => (block.kind === 'table' ? [block] : []));
  expect(tables.filter(({ headed, lines }) => headed && lines[0]?.text === 'code | meaning | figure')).toEqual(tables);
});
