/** A read model of the gateways, fed record by record in an order that somebody else chooses. */
import { topics, type DocumentView } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { documentStatements } from '../../apps/gateway/src/adapters/typeorm/document-rows.ts';
import { openReadModel, sqliteReadModels } from '../../apps/gateway/src/adapters/typeorm/read-model-source.ts';
import { openSqliteSession, type SqlSession } from '../../apps/gateway/src/adapters/typeorm/sql-session.ts';
import { TypeOrmReadModel } from '../../apps/gateway/src/adapters/typeorm/typeorm-read-model.ts';
import type { Stores } from './stores.ts';

export const documentTopics = [topics.documentRequests, topics.documentEvents];

export class ModelReader {
  readonly model: TypeOrmReadModel;
  readonly #sql: SqlSession;
  readonly #positions = new Map<string, number>();
  stores!: Stores;

  private constructor(private readonly source: DataSource) {
    this.model = new TypeOrmReadModel(source);
    this.#sql = openSqliteSession(source);
  }

  static async open(): Promise<ModelReader> {
    return new ModelReader(await openReadModel(sqliteReadModels(':memory:'), nullLogger));
  }

  /** As new. */
  async forget(): Promise<void> {
    this.#positions.clear();
    const params: never[] = [];
    await this.#sql.transact(
      ['documents', 'deleted_documents'].map((table) => ({ sql: `DELETE FROM ${table}`, params })),
    );
  }

  positionOf(topic: string): number {
    return this.#positions.get(topic) ?? 0;
  }

  hasMore(topic: string): boolean {
    return this.positionOf(topic) < this.stores.recordsOf(topic).length;
  }

  async read(topic: string): Promise<void> {
    const position = this.positionOf(topic);
    this.#positions.set(topic, position + 1);
    await this.#sql.transact(documentStatements(this.stores.recordsOf(topic)[position]!, position + 1));
  }

  show(tenant: string, documentId: string): Promise<DocumentView | undefined> {
    return this.model.findDocument(tenant, documentId);
  }

  close(): Promise<void> {
    return this.source.destroy();
  }
}
