/** On PGlite, which is PostgreSQL itself in one process; the real server runs the same suite in `npm run test:distributed`. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractDocument, contractEmbedder, contractVector } from '../contract/knowledge-documents.ts';
import { knowledgeIndexContract } from '../contract/knowledge-index.contract.ts';
import { knowledgeRebuildSchema, knowledgeRequestsSchema, knowledgeSchema } from './knowledge-schema.ts';
import { PgvectorKnowledgeIndex } from './pgvector-knowledge-index.ts';
import { beginOf, type SqlRunner, type TransactionalSql } from './sql.ts';

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } });
  await database.exec(
    `CREATE EXTENSION vector; ${knowledgeSchema} ${knowledgeRebuildSchema} ${knowledgeRequestsSchema}`,
  );
});
afterAll(() => database.close());

const runnerOn = (queries: Pick<PGlite, 'query'>): SqlRunner => ({
  run: async <Row>({ text }: { text: string }, values: readonly unknown[]) =>
    (await queries.query<Row>(text, [...values])).rows,
});
const sql: TransactionalSql = {
  run: (statement, values) => runnerOn(database).run(statement, values),
  transaction: (kind, work) =>
    database.transaction(async (transaction) => {
      await transaction.exec(beginOf[kind].replace('BEGIN', 'SET TRANSACTION'));
      return work(runnerOn(transaction));
    }),
  close: () => Promise.resolve(),
};

knowledgeIndexContract('PgvectorKnowledgeIndex on PGlite', async () => {
  await database.exec('TRUNCATE documents, settings CASCADE');
  return PgvectorKnowledgeIndex.open({ sql, embedder: contractEmbedder });
});

it('cuts words anew for another maker of the index', async () => {
  await database.exec('TRUNCATE documents, settings CASCADE');
  const text = 'パンダは竹を食べます。';
  const first = await PgvectorKnowledgeIndex.open({ sql, embedder: contractEmbedder });
  await first.replace(contractDocument([text, 'Whales sing.']));
  await database.exec(`UPDATE passages SET words = '''パンダは竹を食べます''' WHERE text LIKE 'パンダ%'`);
  const second = await PgvectorKnowledgeIndex.open({ sql, embedder: { ...contractEmbedder, name: 'contract-2' } });
  const found = async (asked: string): Promise<string[]> =>
    (await second.search({ tenant: 'acme', text: asked, vector: contractVector(asked), k: 1 })).map((hit) => hit.text);
  expect(await found('パンダ')).toEqual([]);
  expect(await second.renewVectors((texts) => Promise.resolve(texts.map((one) => contractVector(one.text))))).toBe(2);
  expect([await found('パンダ'), await found('whale')]).toEqual([[text], ['Whales sing.']]);
});
