/** The whole service over a log in memory and real embedded stores. Waiting is for records, never for a time. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultOwner,
  encodeMessage,
  searchQueue,
  topics,
  workTopic,
  type ClaimCheck,
  type DocumentEvent,
  type IncomingMessage,
  type MessageMeta,
  type SearchHit,
  type WhoseData,
} from '@waybill/contracts';
import { hashingEmbedder } from '@waybill/knowledge';
import type { Clock } from '@waybill/messaging';
import { FolderObjectStore, SqliteKnowledgeIndex, type EmbedderTraits } from '@waybill/storage';
import { InMemoryMessageLog } from '@waybill/testing';
import { startRagIndexer, type RagIndexerOptions, type RunningService } from '../index.ts';

export const now = Date.parse('2026-05-04T10:00:00Z');
export const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
export const whales = '# Whales\n\nBlue whales eat krill and sing for hours.\n';

const minute = 60_000;

/** It is always the same time, and what should happen within a minute happens in the next turn. */
const clock: Clock = {
  now: () => now,
  after(ms, callback) {
    if (ms > minute) return () => {};
    const next = setImmediate(callback);
    return () => clearImmediate(next);
  },
};

export interface Ingest {
  readonly content: ClaimCheck;
  readonly name?: string;
  readonly owner?: WhoseData;
  readonly requestId?: string;
  readonly metadata?: Record<string, string>;
}
export interface Answer {
  readonly status: string;
  readonly observation?: { readonly hits: SearchHit[] };
  readonly error?: { readonly class: string; readonly code: string; readonly detail: string };
}
interface Reply {
  readonly command_id: string;
  readonly outcome: Answer;
}

export class IndexerFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'waybill-rag-'));
  log = new InMemoryMessageLog({ clock });
  /** Everything that the service has said, and dead letters. */
  readonly seen: IncomingMessage[] = [];
  objects!: FolderObjectStore;
  index!: SqliteKnowledgeIndex;
  service: RunningService | undefined;
  #requests = 0;
  #heard: (() => void)[] = [];

  async open(): Promise<void> {
    this.objects = await FolderObjectStore.open(join(this.folder, 'objects'));
    this.openIndex(hashingEmbedder);
    await this.#listen();
  }

  async #listen(): Promise<void> {
    const said = [topics.documentEvents, topics.taskResults, topics.replies];
    await this.log.tail({
      topics: [...said, 'rag-indexer.documents.dlq', 'rag-indexer.dlq'],
      from: 'start',
      onRecords: ({ records }) => {
        this.seen.push(...records);
        for (const tell of this.#heard.splice(0)) tell();
      },
    });
  }

  openIndex(embedder: EmbedderTraits): void {
    this.index = SqliteKnowledgeIndex.open({ file: join(this.folder, 'knowledge.db'), embedder });
  }

  async start(changes: Partial<RagIndexerOptions> = {}): Promise<void> {
    const { log, objects, index } = this;
    const ports = { log, objects, index, embedder: hashingEmbedder, clock, random: () => 0 };
    this.service = await startRagIndexer({ ...ports, ...changes });
  }

  /** As if someone had moved `knowledge.db` away while nothing ran. */
  async loseIndex(): Promise<void> {
    await this.stop();
    await this.index.close();
    for (const end of ['', '-wal', '-shm']) rmSync(join(this.folder, `knowledge.db${end}`), { force: true });
    this.openIndex(hashingEmbedder);
  }

  /** As if someone had moved `waybill.db` away while nothing ran. */
  async loseLog(): Promise<void> {
    await this.stop();
    await this.log.close();
    this.log = new InMemoryMessageLog({ clock });
    this.seen.length = 0;
    await this.#listen();
  }

  async stop(): Promise<void> {
    await this.service?.close();
    this.service = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.index.close();
    await this.log.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  facts(id: string): DocumentEvent[] {
    const ofIt = this.seen.filter(({ topic, key }) => topic === topics.documentEvents && key === id);
    return ofIt.map((message) => bodyOf<DocumentEvent>(message));
  }

  said(id: string): string[] {
    return this.facts(id).map((fact) => (fact.type === 'DocumentDeleted' ? 'deleted' : fact.status));
  }

  untilSaid(id: string, what: string, times = 1): Promise<void> {
    return this.until(() => this.said(id).filter((one) => one === what).length >= times);
  }

  async stored(id: string, content: string, key = `documents/${id}/original`): Promise<ClaimCheck> {
    const bytes = new TextEncoder().encode(content);
    await this.objects.put(key, { bytes, mediaType: 'text/markdown' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { key, sha256, bytes: bytes.length, media_type: 'text/markdown' };
  }

  async ingest(id: string, { name = `${id}.md`, content, owner, requestId, metadata = {} }: Ingest): Promise<void> {
    const body = { type: 'IngestDocument', document_id: id, name, collection: 'default', metadata, content };
    await this.log.append([
      encodeMessage(
        { topic: topics.documentRequests, key: id, name: 'IngestDocument' },
        body,
        this.#meta(owner, requestId),
      ),
    ]);
  }

  async remove(id: string): Promise<void> {
    const body = { type: 'DeleteDocument', document_id: id };
    await this.log.append([
      encodeMessage({ topic: topics.documentRequests, key: id, name: 'DeleteDocument' }, body, this.#meta()),
    ]);
  }

  async search(work: Record<string, unknown>, owner?: WhoseData): Promise<void> {
    const body = { type: 'Search', not_after: now + 1_000, ...work };
    await this.log.append([
      encodeMessage({ topic: workTopic(searchQueue), key: 'k', name: 'Search' }, body, this.#meta(owner)),
    ]);
  }

  /** As a gateway asks. */
  async ask(input: Record<string, unknown>, owner?: WhoseData): Promise<Answer> {
    const command = `c${String((this.#requests += 1))}`;
    await this.search({ input, reply_to: { instance: 'gw-1', command_id: command } }, owner);
    const find = (): Reply | undefined => this.replies().find(({ command_id }) => command_id === command);
    await this.until(() => find() !== undefined);
    return find()!.outcome;
  }

  replies(): Reply[] {
    return this.seen.filter(({ topic }) => topic === topics.replies).map((message) => bodyOf<Reply>(message));
  }

  /** Names of the documents found. */
  async found(query: string, more: Record<string, unknown> = {}): Promise<string[]> {
    const { observation } = await this.ask({ query, ...more });
    return observation!.hits.map(({ name }) => name);
  }

  #meta(owner = defaultOwner, id = `r${String((this.#requests += 1))}`): MessageMeta {
    return { id, source: 'gateway', time: '2026-05-04T09:59:00Z', owner, traceparent: trace };
  }
}

export const bodyOf = <T>(message: IncomingMessage): T => JSON.parse(message.value as string) as T;
