/** How the orchestrator's tables come to be on PostgreSQL. A migration that was released is never changed. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Migration } from './migrate.ts';
import { planSchema } from './plan-schema.ts';

class PlanTables1770000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(planSchema);
  }

  async down(): Promise<void> {
    throw new Error('The plans of all tasks would be lost.');
  }
}

export const planMigrations: readonly Migration[] = [PlanTables1770000000000];
