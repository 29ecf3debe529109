/** One run of a rag-indexer: its use cases, over requests that come in order per document and again after every restart. */
import { decodeMessage, DocumentRequest, failureOf, PlatformError, type IncomingMessage } from '@waybill/contracts';
import { DocumentsConsumer } from '../../apps/rag-indexer/src/adapters/messages/documents.consumer.ts';
import type { Observation } from '../../apps/rag-indexer/src/adapters/telemetry/observation.ts';
import type { Passages } from '../../apps/rag-indexer/src/ports/passages.ts';
import { DeleteDocument } from '../../apps/rag-indexer/src/use-cases/delete-document.ts';
import { DocumentFacts } from '../../apps/rag-indexer/src/use-cases/document-facts.ts';
import { IngestDocument } from '../../apps/rag-indexer/src/use-cases/ingest-document.ts';
import { RebuildIndex } from '../../apps/rag-indexer/src/use-cases/rebuild-index.ts';
import { clockOf, indexFor, logFor, objectsFor, type Stores } from './stores.ts';
import { Life, type Scheduler } from './scheduler.ts';

const attempts = 3;
const nothing = {} as never;
const observation: Observation = {
  run: async (_name, _options, work) => void (await work({ traceparent: undefined, tracestate: undefined } as never)),
  document: () => {},
};

export class Indexer {
  readonly life: Life;
  /** Once it has looked after its index. */
  isReady = false;
  readonly #consumer: DocumentsConsumer;
  readonly #finished = new Set<number>();
  readonly #last = new Map<string, Promise<void>>();
  readonly #from: number;
  #next: number;

  constructor(
    name: string,
    private readonly scheduler: Scheduler,
    private readonly stores: Stores,
    about: { readonly from: number; readonly passages: Passages },
  ) {
    this.life = new Life(name);
    this.#from = this.#next = about.from;
    const index = indexFor(this.life, scheduler, stores);
    const objects = objectsFor(this.life, scheduler, stores);
    const facts = new DocumentFacts(logFor(this.life, scheduler, stores), clockOf(stores, 0));
    this.#consumer = new DocumentsConsumer(
      new IngestDocument(index, objects, about.passages, facts),
      new DeleteDocument(index, objects, facts),
      observation,
    );
    const rebuild = new RebuildIndex({
      index,
      objects,
      passages: about.passages,
      record: recordOf(stores),
      reports: { begun: () => {}, passedOver: () => {} },
      documentsAtOnce: 2,
    });
    void this.#start(rebuild);
  }

  get canTake(): boolean {
    return this.isReady && !this.life.isFrozen && this.#next < this.stores.requests.length;
  }

  /** The first request that it has not finished. */
  get position(): number {
    let position = this.#from;
    while (this.#finished.has(position)) position += 1;
    return position;
  }

  take(): void {
    const record = this.stores.requests[this.#next]!;
    this.#next += 1;
    const before = this.#last.get(record.key) ?? Promise.resolve();
    const run = before.then(() => this.#handle(record));
    this.#last.set(record.key, run);
    void run.then(() => this.#finished.add(record.offset));
  }

  async #start(rebuild: RebuildIndex): Promise<void> {
    for (;;)
      try {
        await rebuild.execute();
        this.isReady = true;
        return;
      } catch (error) {
        if (!(error instanceof PlatformError) || !error.retryable) throw error;
        await this.#pause(); // its process ends, and another one is started
      }
  }

  async #handle(message: IncomingMessage): Promise<void> {
    for (let spent = 0; ;)
      try {
        await this.#consumer.onRequest(message, decodeMessage(message, DocumentRequest));
        return;
      } catch (error) {
        if (!(error instanceof PlatformError)) spent += 1;
        else if (!error.retryable) spent = attempts;
        if (spent === attempts) return this.#bury(message, error);
        await this.#pause();
      }
  }

  async #bury(message: IncomingMessage, error: unknown): Promise<void> {
    const dead = { message, failure: failureOf(error), attempts, firstFailedAt: 0, lastFailedAt: 0 };
    for (;;)
      try {
        return await this.#consumer.onDeadLetter(dead);
      } catch {
        await this.#pause();
      }
  }

  #pause(): Promise<void> {
    return this.scheduler.ask(this.life, 'tries again', () => nothing);
  }
}

const recordOf = ({ requests, events }: Stores) => ({
  requestEnds: () => Promise.resolve([requests.length]),
  partitionOf: () => 0,
  hasFacts: () => Promise.resolve(events.length > 0),
  readFacts: (onFact: (record: IncomingMessage, ends: readonly number[]) => void) => {
    for (const record of events) onFact(record, [requests.length]);
    return Promise.resolve();
  },
});
