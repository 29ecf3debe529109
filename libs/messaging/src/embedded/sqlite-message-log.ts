/**
 * The log in one SQLite file, in one process: what Kafka is to several. Commits, batches, readers and groups are in files of their own.
 * Subscribers get the very objects that were appended, several of them the same: records and headers are read-only.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type {
  GroupMembership,
  GroupOptions,
  MessageLog,
  Position,
  Tail,
  TailOptions,
  TopicPartition,
} from '../message-log.ts';
import { refuseLargeRecords } from '../record-size.ts';
import { usualBackOff, type BackOffTimes } from '../back-off.ts';
import { BatchTable } from './batch-table.ts';
import { CommittedPositions } from './committed-positions.ts';
import { Compaction } from './compaction.ts';
import { Deliveries } from './deliveries.ts';
import { Housekeeping } from './housekeeping.ts';
import { LogGroup } from './log-group.ts';
import type { LogPartition } from './log-partition.ts';
import { LogTail } from './log-tail.ts';
import { LogWriter } from './log-writer.ts';
import type { CommittedBatch } from './recent-batches.ts';
import { Retention } from './retention.ts';
import type { SqliteJournal } from './sqlite-journal.ts';
import { TopicCatalogue } from './topic-catalogue.ts';

export interface SqliteMessageLogOptions {
  readonly journal: SqliteJournal;
  /** Of topics that are made from now on. */
  readonly partitions?: number;
  readonly now?: () => number;
  readonly backOff?: BackOffTimes;
  /** How long a member's handlers may hold up the next member. */
  readonly handOverMs?: number;
  /** A handler rejected or a batch cannot be read; what follows is the log's affair. */
  readonly onError?: (error: unknown) => void;
}

/** Several, so that ownership is the same as on Kafka; few, because each that a commit touches costs it a row and its pages. */
const usualPartitions = 2;
const positionsWrittenAfterMs = 100;

export class SqliteMessageLog implements MessageLog {
  readonly #journal: SqliteJournal;
  readonly #table: BatchTable;
  readonly #catalogue: TopicCatalogue;
  readonly #positions: CommittedPositions;
  readonly #deliveries = new Deliveries();
  readonly #writer: LogWriter;
  readonly #groups = new Map<string, LogGroup>();
  readonly #tails = new Set<LogTail>();
  readonly #backOff: BackOffTimes;
  readonly #handOverMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #retention: Retention;
  readonly #housekeeping: Housekeeping;
  #positionTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SqliteMessageLogOptions) {
    const { journal, partitions = usualPartitions, now = Date.now } = options;
    this.#journal = journal;
    this.#backOff = options.backOff ?? usualBackOff;
    this.#handOverMs = options.handOverMs ?? 60_000;
    this.#onError = options.onError ?? (() => undefined);
    this.#table = new BatchTable(journal.db, journal.file);
    this.#catalogue = new TopicCatalogue(journal.db, this.#table, partitions);
    this.#positions = new CommittedPositions(journal.db);
    this.#writer = new LogWriter({
      catalogue: this.#catalogue,
      table: this.#table,
      positions: this.#positions,
      deliveries: this.#deliveries,
      now,
    });
    journal.attach(this.#writer);
    this.#retention = new Retention(journal, this.#table);
    this.#housekeeping = new Housekeeping({
      retention: this.#retention,
      compaction: new Compaction(journal, this.#table),
      partitions: () => this.#catalogue.all(),
      now,
      onError: this.#onError,
    });
  }

  append(messages: readonly OutgoingMessage[]): Promise<readonly Position[]> {
    if (this.#closed) return Promise.reject(closed());
    if (messages.length === 0) return Promise.resolve([]);
    try {
      refuseLargeRecords(messages);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#journal.run(() => this.#writer.add(messages));
  }

  /** Throws `payload_too_large`, before a unit has written anything. */
  refuseLarge(messages: readonly OutgoingMessage[]): void {
    refuseLargeRecords(messages);
  }

  /** Inside a unit of the journal, after `refuseLarge`: in the same transaction as all else of it, and told to subscribers after it. */
  appendInTransaction(messages: readonly OutgoingMessage[]): readonly Position[] {
    return this.#writer.add(messages);
  }

  /** The stored batch that holds this offset, or the first one after it; undefined at the end. */
  readBatch(topic: string, partition: number, offset: number): CommittedBatch | undefined {
    return this.#catalogue.find(topic)?.[partition]?.batchAt(this.#table, offset);
  }

  async partitions(topic: string): Promise<number> {
    return (await this.#obtain(topic)).length;
  }

  async endOffsets(topic: string): Promise<readonly number[]> {
    return (await this.#obtain(topic)).map(({ end }) => end);
  }

  async join(options: GroupOptions): Promise<GroupMembership> {
    await this.#obtainAll(options.topics);
    const group = this.#groups.get(options.group) ?? this.#newGroup();
    this.#groups.set(options.group, group);
    return group.join(options);
  }

  async tail(options: TailOptions): Promise<Tail> {
    const partitions = await this.#obtainAll(options.topics);
    const tail = new LogTail(partitions, options, {
      table: this.#table,
      deliveries: this.#deliveries,
      backOff: this.#backOff,
      onError: this.#onError,
    });
    this.#tails.add(tail);
    return {
      close: () => {
        this.#tails.delete(tail);
        return tail.close();
      },
    };
  }

  /** Drops the records before a position, as Kafka's DeleteRecords does. */
  async truncateBefore({ topic, partition, offset }: Position): Promise<void> {
    const found = (await this.#obtain(topic))[partition];
    if (found) await this.#retention.truncate(found, offset);
  }

  /** What is done every few minutes anyway: retention and compaction, until nothing is left to do. */
  housekeep(): Promise<void> {
    return this.#housekeeping.run();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#housekeeping.close();
    await Promise.all([...this.#tails].map((tail) => tail.close()));
    await Promise.all([...this.#groups.values()].map((group) => group.leaveAll()));
    this.#closed = true;
    clearTimeout(this.#positionTimer);
    await this.#writePositions();
  }

  #obtain(topic: string): Promise<readonly LogPartition[]> {
    if (this.#closed) return Promise.reject(closed());
    const known = this.#catalogue.find(topic);
    return known ? Promise.resolve(known) : this.#journal.run(() => this.#catalogue.obtain(topic));
  }

  async #obtainAll(names: readonly string[]): Promise<readonly LogPartition[]> {
    return (await Promise.all(names.map((topic) => this.#obtain(topic)))).flat();
  }

  #newGroup(): LogGroup {
    return new LogGroup({
      table: this.#table,
      deliveries: this.#deliveries,
      positions: this.#positions,
      backOff: this.#backOff,
      handOverMs: this.#handOverMs,
      onError: this.#onError,
      onCommit: () => this.#writePositionsSoon(),
      partitionCount: (topic) => this.#catalogue.find(topic)!.length,
      partition: ({ topic, partition }: TopicPartition) => this.#catalogue.find(topic)![partition]!,
    });
  }

  #writePositionsSoon(): void {
    this.#positionTimer ??= setTimeout(() => {
      this.#positionTimer = undefined;
      if (this.#positions.hasChanged) this.#writePositions().catch(this.#onError);
    }, positionsWrittenAfterMs).unref();
  }

  #writePositions(): Promise<void> {
    return this.#journal.run(() => this.#writer.writePositions());
  }
}

const closed = (): PlatformError =>
  new PlatformError('log_unavailable', { detail: 'The log was closed: the platform is stopping.' });
