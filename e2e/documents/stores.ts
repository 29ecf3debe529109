/** What outlives every process of a world, and how a process asks it: each question is a happening. */
import { PlatformError, topics, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { Clock, MessageLog, Position } from '@waybill/messaging';
import type { KnowledgeIndex, ObjectStore, StoredObject } from '@waybill/storage';
import type { KeyRow, KeyStore } from '../../apps/gateway/src/ports/key-store.ts';
import type { Life, Scheduler } from './scheduler.ts';

export class Stores {
  /** One partition each. */
  readonly requests: IncomingMessage[] = [];
  readonly events: IncomingMessage[] = [];
  readonly objects = new Map<string, StoredObject>();
  readonly keys = new Map<string, KeyRow & { answer?: string }>();
  /** ms since 1970. */
  now = Date.parse('2026-05-04T10:00:00Z');

  /** What was said too early, in a sentence. */
  broken: string | undefined;

  constructor(readonly index: KnowledgeIndex) {}

  recordsOf(topic: string): IncomingMessage[] {
    return topic === topics.documentRequests ? this.requests : this.events;
  }

  /** What is said to be indexed is found by then. */
  async say(messages: readonly OutgoingMessage[]): Promise<readonly Position[]> {
    for (const { headers, key } of messages) {
      if (!headers['ce_id']!.endsWith(':indexed')) continue;
      const state = await this.index.state(headers['tenant']!, key);
      const isOvertaken = state !== undefined && state.revision > Number(headers['cause']!.split('/')[2]);
      if (state?.passages === undefined && !isOvertaken)
        this.broken = `${headers['ce_id']} was said and nothing is found`;
    }
    return this.append(messages);
  }

  append(messages: readonly OutgoingMessage[]): readonly Position[] {
    return messages.map(({ topic, key, headers, value }) => {
      const records = this.recordsOf(topic);
      const offset = records.length;
      records.push({ topic, key, headers, value, partition: 0, offset, timestamp: this.now } as IncomingMessage);
      return { topic, partition: 0, offset };
    });
  }
}

export const clockOf = (stores: Stores, aheadMs: number): Clock => ({
  now: () => stores.now + aheadMs,
  after: () => () => {},
});

/** As much of a log as use cases ask. */
export const logFor = (life: Life, scheduler: Scheduler, stores: Stores): MessageLog =>
  ({
    append: (messages: readonly OutgoingMessage[]) =>
      scheduler.ask(
        life,
        `append ${messages.map(({ headers }) => headers['ce_id']).join()}`,
        () => stores.say(messages),
        {
          failsWith: 'log_unavailable',
          mayRepeat: true,
        },
      ),
  }) as unknown as MessageLog;

const store = { failsWith: 'unavailable' } as const;

export function objectsFor(life: Life, scheduler: Scheduler, { objects }: Stores): ObjectStore {
  const ask = <T>(what: string, work: () => T): Promise<T> => scheduler.ask(life, what, work, store);
  return {
    put: (key, object) => ask(`put ${key}`, () => void objects.set(key, object)),
    get: (key) =>
      ask(`get ${key}`, () => {
        const object = objects.get(key);
        if (!object) throw new PlatformError('not_found');
        return object;
      }),
    delete: (key) => ask(`delete ${key}`, () => void objects.delete(key)),
    list: (prefix) => ask('list', () => [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()),
  };
}

export function indexFor(life: Life, scheduler: Scheduler, { index }: Stores): KnowledgeIndex {
  const ask = <T>(what: string, work: () => Promise<T>): Promise<T> => scheduler.ask(life, what, work, store);
  return {
    replace: (document) => ask(`replace ${document.revision}`, () => index.replace(document)),
    remove: (...about) => ask(`remove ${about[2]}`, () => index.remove(...about)),
    confirm: (...about) => ask(`confirm ${about[2]}`, () => index.confirm(...about)),
    state: (...about) => ask('state', () => index.state(...about)),
    survey: () => ask('survey', () => index.survey()),
    knownFrom: (revision) => ask('knownFrom', () => index.knownFrom(revision)),
    beginRebuild: (foreign) => ask('beginRebuild', () => index.beginRebuild(foreign)),
    endRebuild: () => ask('endRebuild', () => index.endRebuild()),
    search: (query) => index.search(query),
    renewVectors: (embed) => index.renewVectors(embed),
    close: () => Promise.resolve(),
  };
}

export function keysFor(life: Life, scheduler: Scheduler, { keys }: Stores): KeyStore {
  const ask = <T>(what: string, work: () => T): Promise<T> => scheduler.ask(life, what, work, store);
  return {
    reserve: (row) =>
      ask('reserve', () => {
        if (!keys.has(row.key)) keys.set(row.key, row);
        return keys.get(row.key)!;
      }),
    find: (_tenant, key) => ask('find key', () => keys.get(key)),
    findAnswer: (_tenant, key) => ask('find answer', () => keys.get(key)?.answer),
    saveAnswer: (_tenant, key, answer) => ask('save answer', () => void Object.assign(keys.get(key)!, { answer })),
  };
}
