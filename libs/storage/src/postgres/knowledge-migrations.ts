/** How the tables of the knowledge index come to be on PostgreSQL. A migration that was released is never changed. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { knowledgeRebuildSchema, knowledgeRequestsSchema, knowledgeSchema } from './knowledge-schema.ts';
import type { Migration } from './migrate.ts';

class KnowledgeTables1770000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
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
