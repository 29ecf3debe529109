/** On PGlite, which is PostgreSQL itself in one process; the real server runs the same suite in `npm run test:distributed`. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll } from 'vitest';
import { contractEmbedder } from '../contract/knowledge-documents.ts';
import { knowledgeIndexContract } from '../contract/knowledge-index.contract.ts';
import { knowledgeRebuildSchema, knowledgeSchema } from './knowledge-schema.ts';
import { PgvectorKnowledgeIndex } from './pgvector-knowledge-index.ts';
import { beginOf, type SqlRunner, type TransactionalSql } from './sql.ts';

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } });
  await database.exec(`CREATE EXTENSION vector; ${knowledgeSchema} ${knowledgeRebuildSchema}`);
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
