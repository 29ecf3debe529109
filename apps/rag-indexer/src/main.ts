/** `npm run start:rag-indexer`: the RAG indexer as a process of its own, on Kafka, PostgreSQL with pgvector, and S3. */
import { hashingEmbedder } from '@waybill/knowledge';
import { databaseSettings, runService } from '@waybill/service';
import { knowledgeMigrations, migrate, PgSql, PgvectorKnowledgeIndex } from '@waybill/storage/postgres';
import { openObjects, objectSettings } from '@waybill/storage/s3';
import { z } from 'zod';
import { startRagIndexer } from './start-rag-indexer.ts';

await runService({
  name: 'rag-indexer',
  settings: {
    ...objectSettings,
    ...databaseSettings,
    DATABASE_CONNECTIONS: z.coerce.number().int().min(2).default(8),
  },
  environment: process.env,
  start: async ({ settings, common, closing }) => {
    const { DATABASE_URL: url, DATABASE_CONNECTIONS: connections } = settings;
    await migrate({ url, service: 'rag-indexer', migrations: knowledgeMigrations });
    const sql = new PgSql({ url, connections, applicationName: 'waybill rag-indexer' });
    closing.add('PostgreSQL', sql);
    const embedder = hashingEmbedder;
    const index = await PgvectorKnowledgeIndex.open({ sql, embedder });
    const objects = await openObjects(settings, common.logger);
    const indexer = await startRagIndexer({ ...common, objects, index, embedder });
    closing.add('rag indexer', indexer);
  },
});
