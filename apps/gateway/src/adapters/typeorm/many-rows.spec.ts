import { expect, it } from 'vitest';
import { withManyRows } from './many-rows.ts';

const insert = (id: number) => ({
  sql: 'INSERT INTO notes (id, text) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
  params: [id, `note ${id}`],
  manyRows: true as const,
});
const update = { sql: 'UPDATE notes SET text = ? WHERE id = ?', params: ['new', 1] };

it('puts rows of one text into one statement, before what stands alone', () => {
  expect(withManyRows([insert(1), update, insert(2)])).toEqual([
    {
      sql: 'INSERT INTO notes (id, text) VALUES (?, ?), (?, ?) ON CONFLICT (id) DO NOTHING',
      params: [1, 'note 1', 2, 'note 2'],
    },
    update,
  ]);
});

it('makes several statements of very many rows', () => {
  const all = withManyRows(Array.from({ length: 1_001 }, (_, id) => insert(id)));
  expect(all.map(({ params }) => params.length)).toEqual([1_000, 1_000, 2]);
});

it('refuses what has no rows', () => {
  expect(() => withManyRows([{ ...update, manyRows: true }])).toThrow(/UPDATE notes/);
});
