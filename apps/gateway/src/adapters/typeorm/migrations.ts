/** How the schema comes to be. A file of some of these gets the others; one of other migrations is dropped and rebuilt from the log; one of ours and later ones is a newer version's. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type ColumnSpec = [name: string, type: 'text' | 'integer' | 'double precision', kind?: 'key' | 'null'];

const column = ([name, type, kind]: ColumnSpec): TableColumnOptions => ({
  name,
  type,
  isPrimary: kind === 'key',
  isNullable: kind === 'null',
});

const tables: Record<string, ColumnSpec[]> = {
  tasks: [
    ['task_id', 'text', 'key'],
    ['tenant', 'text'],
    ['status', 'text'],
    ['goal', 'text', 'null'],
    ['workflow', 'text', 'null'],
    ['workflow_name', 'text', 'null'],
    ['priority', 'integer'],
    ['labels', 'text'],
    ['created_at', 'text'],
    ['updated_at', 'text'],
    ['ended_at', 'text', 'null'],
    ['last_seq', 'integer'],
    ['submitted', 'text', 'null'],
  ],
  task_events: [
    ['task_id', 'text', 'key'],
    ['first_seq', 'integer', 'key'],
    ['last_seq', 'integer'],
    ['texts', 'text'],
  ],
  task_labels: [
    ['name', 'text', 'key'],
    ['value', 'text', 'key'],
    ['task_id', 'text', 'key'],
  ],
  idempotency_keys: [
    ['tenant', 'text', 'key'],
    ['key', 'text', 'key'],
    ['body_hash', 'text'],
    ['entity_id', 'text'],
    ['answer', 'text', 'null'],
    ['created_at', 'text'],
  ],
  documents: [
    ['document_id', 'text', 'key'],
    ['tenant', 'text'],
    ['name', 'text'],
    ['collection', 'text'],
    ['metadata', 'text'],
    ['status', 'text'],
    ['bytes', 'integer'],
    ['media_type', 'text'],
    ['sha256', 'text'],
    ['chunks', 'integer', 'null'],
    ['error', 'text', 'null'],
    ['created_at', 'text'],
    ['updated_at', 'text'],
  ],
  projection_offsets: [
    ['topic', 'text', 'key'],
    ['partition_number', 'integer', 'key'],
    ['next_offset', 'double precision'],
  ],
};
const indices: Record<string, Record<string, string[]>> = {
  tasks: {
    tasks_by_status: ['tenant', 'status', 'task_id'],
    tasks_by_workflow: ['tenant', 'workflow_name', 'task_id'],
  },
  documents: {
    documents_by_name: ['tenant', 'collection', 'name'],
    documents_by_status: ['tenant', 'status', 'document_id'],
  },
};

/** Small rows that are found by their key alone: on SQLite one tree holds both. */
const keyed = new Set(['tasks', 'idempotency_keys', 'projection_offsets']);

class CreateReadModel1763700000000 implements MigrationInterface {
  readonly name = 'CreateReadModel1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(tables)) {
      await runner.createTable(new Table({ name, columns: columns.map(column), withoutRowid: keyed.has(name) }));
      for (const [index, columnNames] of Object.entries(indices[name] ?? {})) {
        await runner.createIndex(name, new TableIndex({ name: index, columnNames }));
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(tables)) await runner.dropTable(name);
  }
}

/** Rows of before follow from some request that was read already. */
class OrderDocuments1764400000000 implements MigrationInterface {
  readonly name = 'OrderDocuments1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents ADD COLUMN revision double precision NOT NULL DEFAULT -1');
    await runner.query(`ALTER TABLE documents ADD COLUMN requests text NOT NULL DEFAULT ''`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE documents DROP COLUMN requests');
    await runner.query('ALTER TABLE documents DROP COLUMN revision');
  }
}

/** Versions of before go on beside it and delete rows alone. */
class RememberDeletions1796100000000 implements MigrationInterface {
  readonly name = 'RememberDeletions1796100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE deleted_documents (document_id text PRIMARY KEY, revision double precision NOT NULL, requests text NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deleted_documents');
  }
}

export const readModelMigrations = [
  CreateReadModel1763700000000,
  OrderDocuments1764400000000,
  RememberDeletions1796100000000,
];
export const readModelTables = [...Object.keys(tables), 'deleted_documents'];
