import { expect, it, vi } from 'vitest';
import type { KeyRow } from '../../ports/key-store.ts';
import { insertKey, KeyInsertions } from './key-insertions.ts';
import type { SqlSession } from './sql-session.ts';

const rowOf = (key: string, entityId: string): KeyRow => ({ tenant: 't', key, bodyHash: entityId, entityId });

/** A table that answers as a database does, when it is let. */
function openTable() {
  const table = new Map<string, KeyRow>();
  const calls: { count: number; answer(error?: Error): Promise<void> }[] = [];
  const sql: Pick<SqlSession, 'all'> = {
    all: async <Row>(_: string, params: readonly unknown[]) => {
      const answered = Promise.withResolvers<void>();
      calls.push({
        count: params.length / 5,
        answer: async (error) => {
          if (error) answered.reject(error);
          else answered.resolve();
          await turn();
        },
      });
      await answered.promise;
      const inserted: unknown[] = [];
      for (let at = 0; at < params.length; at += 5) {
        const [tenant, key, bodyHash, entityId] = params.slice(at) as string[];
        if (table.has(key!)) continue;
        table.set(key!, { tenant: tenant!, key: key!, bodyHash: bodyHash!, entityId: entityId! });
        inserted.push({ tenant, key, entity_id: entityId });
      }
      return inserted as Row[];
    },
  };
  const insertions = new KeyInsertions({
    sql: sql as SqlSession,
    insertion: ({ tenant, key, bodyHash, entityId }) => ({
      sql: insertKey,
      params: [tenant, key, bodyHash, entityId, '2026-01-01T00:00:00.000Z'],
    }),
    find: async (_, key) => table.get(key),
  });
  return { insertions, calls, table };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('go together while one insertion is under way', async () => {
  const { insertions, calls } = openTable();
  const all = [insertions.insert(rowOf('a', '1')), insertions.insert(rowOf('b', '2'))];
  await turn();
  all.push(...['c', 'd', 'e'].map((key) => insertions.insert(rowOf(key, key))));
  await calls[0]!.answer();
  await calls[1]!.answer();
  expect((await Promise.all(all)).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(calls.map(({ count }) => count)).toEqual([2, 3]);
});

it('of one key have one winner, also in one insertion', async () => {
  const { insertions, calls } = openTable();
  const all = ['1', '2', '3'].map((id) => insertions.insert(rowOf('a', id)));
  await turn();
  await calls[0]!.answer();
  expect(await Promise.all(all)).toEqual(Array(3).fill(rowOf('a', '1')));
});

it('reject together, and the next are inserted all the same', async () => {
  const { insertions, calls } = openTable();
  const lost = Promise.allSettled(['a', 'b'].map((key) => insertions.insert(rowOf(key, key))));
  await turn();
  const next = insertions.insert(rowOf('c', 'c'));
  await calls[0]!.answer(new Error('no server'));
  expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await calls[1]!.answer();
  expect(await next).toEqual(rowOf('c', 'c'));
});

it('take the key when the row that was before theirs expires meanwhile', async () => {
  const { insertions, calls, table } = openTable();
  table.set('a', rowOf('a', '1'));
  const inserting = insertions.insert(rowOf('a', '2'));
  await turn();
  const find = vi.spyOn(table, 'get').mockReturnValueOnce(undefined);
  await calls[0]!.answer();
  expect(find).toHaveBeenCalledTimes(1);
  table.delete('a');
  await calls[1]!.answer();
  expect(await inserting).toEqual(rowOf('a', '2'));
});
