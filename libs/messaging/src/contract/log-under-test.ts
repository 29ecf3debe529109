/** What the suites of a log share: the log under test, records to append, and waiting for a condition instead of for a time. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';
import type {
  Claim,
  GroupMembership,
  GroupOptions,
  MessageLog,
  Position,
  RecordBatch,
  TopicPartition,
} from '../message-log.ts';
import { nameOf } from '../partition-name.ts';

export interface LogUnderTest {
  readonly log: MessageLog;
  /** Closes the log and opens another one over the same records. */
  readonly reopen: () => Promise<MessageLog>;
  /** Drops what lies before the position, when the log can be told to. */
  readonly truncateBefore?: (position: Position) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A name that no other test has: a server outlives a suite. */
export const freshTopic = (): string => `tasks.contract-${randomUUID()}`;
export const freshGroup = (): string => `contract-${randomUUID()}`;

export function message(
  topic: string,
  key: string,
  value: OutgoingMessage['value'] = `${key}'s value`,
): OutgoingMessage {
  return { topic, key, headers: { ce_id: randomUUID(), ce_type: 'waybill.Contract.v1', tenant: 'default' }, value };
}

export const messages = (topic: string, count: number, keys = 20): OutgoingMessage[] =>
  Array.from({ length: count }, (_, at) => message(topic, `key-${String(at % keys)}`, `value ${String(at)}`));

/** A log may give back text as its bytes. */
export const textOf = ({ value }: OutgoingMessage): string | null =>
  value === null || typeof value === 'string' ? value : Buffer.from(value).toString();

const boundMs = 30_000;

/** Conditions over what handlers have seen; looked at after each call of one. */
export class Seen {
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const look of this.#waiting) look();
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const bound = setTimeout(() => end(() => reject(new Error(`never came: ${what}`))), boundMs);
      const end = (settle: () => void): void => {
        clearTimeout(bound);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        if (holds()) end(resolve);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Keeps all records, as the handler of a tail or a member. */
export class Collector {
  readonly seen = new Seen();
  readonly records: IncomingMessage[] = [];

  readonly onRecords = (batch: RecordBatch): void => {
    this.records.push(...batch.records);
    this.seen.changed();
  };

  until(count: number): Promise<void> {
    return this.seen.until(() => this.records.length >= count, `${String(count)} records`);
  }

  texts(): (string | null)[] {
    return this.records.map(textOf);
  }
}

/** A member that keeps what it was told, in order. */
export class TestMember {
  readonly #seen: Seen;
  readonly records: IncomingMessage[] = [];
  readonly claims: (readonly Claim[])[] = [];
  readonly revoked: (readonly TopicPartition[])[] = [];
  readonly owned = new Set<string>();
  membership!: GroupMembership;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  async join(log: MessageLog, options: Pick<GroupOptions, 'group' | 'topics'> & Partial<GroupOptions>): Promise<this> {
    this.membership = await log.join({
      coPartitioned: false,
      from: 'start',
      ...options,
      onAssigned: async (claims) => {
        const positions = (await options.onAssigned?.(claims)) ?? [];
        this.claims.push(claims);
        for (const claim of claims) this.owned.add(nameOf(claim));
        this.#seen.changed();
        return positions;
      },
      onRevoked: async (claims) => {
        await options.onRevoked?.(claims);
        this.revoked.push(claims);
        for (const claim of claims) this.owned.delete(nameOf(claim));
        this.#seen.changed();
      },
      onRecords: async (batch) => {
        await options.onRecords?.(batch);
        this.records.push(...batch.records);
        // A rejected commit means that the partition was lost meanwhile: then its records come to another.
        const { topic, partition, nextOffset } = batch;
        if (!options.onRecords) await this.membership.commit([{ topic, partition, offset: nextOffset }]);
        this.#seen.changed();
      },
    });
    return this;
  }
}

/** The texts that any of them got. */
export const received = (members: readonly TestMember[]): Set<string | null> =>
  new Set(members.flatMap(({ records }) => records.map(textOf)));
