/** What anybody could see of every document just now: in the index, and on a gateway. */
import { decodeMessage, defaultOwner, DocumentRequest } from '@waybill/contracts';
import { contents, vector } from './contents.ts';
import type { ModelReader } from './model-reader.ts';
import { firstOfEach, judge, type Seen } from './reference.ts';
import type { Stores } from './stores.ts';

const { tenant } = defaultOwner;

export class Witness {
  constructor(
    private readonly stores: Stores,
    private readonly reader: ModelReader,
  ) {}

  /** What is wrong, in a sentence; undefined: all is well. */
  async judgeAll(): Promise<string | undefined> {
    for (const id of this.#ids) {
      const requests = this.stores.requests.filter(({ key }) => key === id);
      const broken = judge(requests, await this.#see(id));
      if (broken === undefined) continue;
      const asked = firstOfEach(requests).map((one) => decodeMessage(one, DocumentRequest).type);
      return `once all is calm, of ${id} (${asked.join(', ')}): ${broken}`;
    }
    return this.stores.broken ?? (await this.#judgeNames());
  }

  /** A search never finds two of one name. */
  async #judgeNames(): Promise<string | undefined> {
    const { items } = await this.reader.model.listDocuments({ tenant, limit: 100 });
    const twice = items.find(({ name }, at) => items.findIndex((other) => other.name === name) < at);
    return twice && `two documents are called ${twice.name}`;
  }

  async snapshot(): Promise<string> {
    const all: unknown[] = [];
    for (const id of this.#ids) {
      const { shown, chunks, texts } = await this.#see(id);
      all.push([id, shown?.status, shown?.sha256.slice(0, 8), shown?.chunks, chunks, texts]);
    }
    return JSON.stringify(all);
  }

  async #see(id: string): Promise<Seen> {
    const { index } = this.stores;
    const texts: string[] = [];
    for (const { word } of contents) {
      const hits = await index.search({ tenant, text: word, vector, k: 100 });
      texts.push(...hits.filter(({ documentId }) => documentId === id).map(({ text }) => text));
    }
    const state = await index.state(tenant, id);
    return { shown: await this.reader.show(tenant, id), chunks: state?.passages, texts };
  }

  get #ids(): readonly string[] {
    return [...new Set(this.stores.requests.map(({ key }) => key))];
  }
}
