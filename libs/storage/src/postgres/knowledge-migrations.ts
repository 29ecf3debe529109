/** How the tables of the knowledge index come to be on PostgreSQL. A migration that was released is never changed. */
import { PlatformError } from '@waybill/contracts';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { knowledgeRebuildSchema, knowledgeRequestsSchema, knowledgeSchema } from './knowledge-schema.ts';
import type { Migration } from './migrate.ts';

class KnowledgeTables1770000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await needVectors(runner);
    await runner.query(knowledgeSchema);
  }

  /** The index is made of documents that are kept elsewhere, so it can be made again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE vectors, passages, documents, embedders');
  }
}

class KnowledgeRebuild1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(knowledgeRebuildSchema);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX documents_by_revision; DROP TABLE settings');
  }
}

class KnowledgeRequests1796100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(knowledgeRequestsSchema);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents DROP COLUMN requests');
  }
}

export const knowledgeMigrations: readonly Migration[] = [
  KnowledgeTables1770000000000,
  KnowledgeRebuild1796000000000,
  KnowledgeRequests1796100000000,
];

async function needVectors(runner: QueryRunner): Promise<void> {
  const [{ there } = { there: null }] = (await runner.query(`SELECT to_regtype('vector') AS there`)) as {
    there: string | null;
  }[];
  if (there !== null) return;
  const detail =
    'The database has no type "vector", or not where this role looks for it: install pgvector on the server of PostgreSQL, then run tools/database/roles.sql as a superuser in the database that DATABASE_URL names.';
  throw new PlatformError('invalid_configuration', { detail });
}
