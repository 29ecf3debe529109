/** Apart from the rest: only processes that speak to PostgreSQL load its client and TypeORM. */
export { knowledgeMigrations } from './knowledge-migrations.ts';
export { migrate, type MigrateOptions, type Migration } from './migrate.ts';
export { PgvectorKnowledgeIndex, type PgvectorKnowledgeIndexOptions } from './pgvector-knowledge-index.ts';
export { planMigrations } from './plan-migrations.ts';
export { PostgresPlanDatabase } from './postgres-plan-database.ts';
export {
  PgSql,
  SqlFailure,
  type PgSqlOptions,
  type Sql,
  type SqlRunner,
  type SqlStatement,
  type TransactionalSql,
  type TransactionKind,
} from './sql.ts';
export { connectMs, DecidedClient, settingsOf, type TimeLimits } from './time-limits.ts';
