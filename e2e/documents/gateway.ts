/** One run of a gateway: what clients ask about documents, over the read model that all gateways share, with a clock of its own. */
import { createHash } from 'node:crypto';
import { defaultOwner, PlatformError, topics } from '@waybill/contracts';
import type { SeededRandom } from '@waybill/testing';
import type { ReadModel } from '../../apps/gateway/src/ports/read-model.ts';
import { AddDocument } from '../../apps/gateway/src/use-cases/add-document.ts';
import type { FreshReads } from '../../apps/gateway/src/use-cases/fresh-reads.ts';
import { ReadDocuments } from '../../apps/gateway/src/use-cases/read-documents.ts';
import type { Content } from './contents.ts';
import type { ModelReader } from './model-reader.ts';
import { clockOf, keysFor, logFor, objectsFor, type Stores } from './stores.ts';
import { Life, type Scheduler } from './scheduler.ts';

export interface World {
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly stores: Stores;
  readonly reader: ModelReader;
}

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const collection = 'default';

export class Gateway {
  readonly life: Life;
  #asked = 0;
  readonly #add: AddDocument;
  readonly #documents: ReadDocuments;
  readonly #model: ReadModel;

  constructor(
    name: string,
    private readonly world: World,
    aheadMs: number,
  ) {
    const { scheduler, stores, reader, random } = world;
    const life = (this.life = new Life(name));
    const clock = clockOf(stores, aheadMs);
    this.#model = reader.model;
    const parts = {
      log: logFor(life, scheduler, stores),
      objects: objectsFor(life, scheduler, stores),
      keys: keysFor(life, scheduler, stores),
      clock,
      model: reader.model,
      crypto: {
        newId: () => uuid7(clock.now(), random),
        sha256: (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex'),
      },
      fresh: { wait: () => this.#fresh() } as unknown as FreshReads,
    };
    this.#add = new AddDocument(parts);
    this.#documents = new ReadDocuments(parts);
  }

  get isAtWork(): boolean {
    return this.#asked > 0;
  }

  add(name: string, content: Content, idempotencyKey?: string): void {
    const document = { name, collection, metadata: {}, mediaType: 'text/plain', bytes: content.bytes, at: '' };
    void this.#begin(`add ${name} (${content.word})`, async () => {
      await this.#add.execute(document, { owner: defaultOwner, traceparent, idempotencyKey });
    });
  }

  delete(name: string): void {
    void this.#begin(`delete ${name}`, async () => {
      const document = await this.#model.findDocumentByName(defaultOwner.tenant, collection, name);
      if (document) await this.#documents.delete(document.document_id, { owner: defaultOwner, traceparent });
    });
  }

  async #begin(what: string, work: () => Promise<void>): Promise<void> {
    const { scheduler } = this.world;
    scheduler.tell(`${this.life.name}: is asked to ${what}`);
    this.#asked += 1;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      scheduler.tell(`${this.life.name}: answers ${error.code}`);
    }
    this.#asked -= 1;
  }

  #fresh(): Promise<void> {
    const { scheduler, stores, reader } = this.world;
    const ends = [topics.documentRequests, topics.documentEvents].map((topic) => ({
      topic,
      end: stores.recordsOf(topic).length,
    }));
    const isReady = (): boolean => ends.every(({ topic, end }) => reader.positionOf(topic) >= end);
    return scheduler.ask(this.life, 'reads what is new', () => undefined, { isReady });
  }
}

function uuid7(ms: number, random: SeededRandom): string {
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}
