/**
 * A process that delivers every record twice: whatever appears on any topic is appended once more, byte for byte, to its partition.
 * Promises: only originals are copied, never a copy; a topic that is made meanwhile is read from its first record.
 * It says `ready` when everything that is appended from then on will be doubled. Asked to `catchUp` it answers once whatever was there by then has its copy.
 * Told to `finish` it answers where each topic began for it, once every record has its copy. Who produces must have ended by then.
 */
import type { RecordBatch } from '@waybill/messaging';
import { KafkaMessageLog } from '@waybill/messaging/kafka';
import kafkajs, { type Admin } from 'kafkajs';

/** The next offset of each partition, by topic. */
export type Positions = Readonly<Record<string, readonly number[]>>;
export type ToDuplicator = 'catchUp' | 'finish';
export type FromDuplicator =
  { readonly type: 'ready' | 'caughtUp' } | { readonly type: 'finished'; readonly began: Positions };

const clientId = 'duplicator';
const discoverMs = 50;

class Duplicator {
  readonly began: Record<string, readonly number[]> = {};
  private readonly next: Record<string, number[]> = {};
  /** Offsets of copies that were not read back yet, by topic and partition. */
  private readonly own: Record<string, Set<number>[]> = {};
  private readonly log: KafkaMessageLog;
  private readonly admin: Admin;
  private discovering = Promise.resolve();
  private moved = Promise.withResolvers<void>();

  constructor(log: KafkaMessageLog, admin: Admin) {
    this.log = log;
    this.admin = admin;
  }

  discover(from: 'start' | 'end'): Promise<void> {
    this.discovering = this.discovering.then(() => this.follow(from));
    return this.discovering;
  }

  /** With all there is, until nothing more comes. */
  async finished(): Promise<void> {
    do {
      await this.discover('start');
      await this.caughtUp();
    } while (this.isBehind(await this.ends()));
  }

  /** With what is there now. */
  async caughtUp(): Promise<void> {
    const ends = await this.ends();
    for (;;) {
      const moved = this.moved.promise;
      if (!this.isBehind(ends)) return;
      await moved;
    }
  }

  private async follow(from: 'start' | 'end'): Promise<void> {
    const names = await this.admin.listTopics();
    const topics = names.filter((name) => !name.startsWith('__') && !(name in this.began));
    // One tail each: a busy topic must not hold up the copies of another.
    await Promise.all(topics.map((topic) => this.doubleAll(topic, from)));
  }

  private async doubleAll(topic: string, from: 'start' | 'end'): Promise<void> {
    const ends = await this.log.endOffsets(topic);
    const began = from === 'end' ? ends : ends.map(() => 0);
    this.began[topic] = began;
    this.next[topic] = [...began];
    this.own[topic] = began.map(() => new Set());
    await this.log.tail({
      topics: [topic],
      from: new Map([[topic, began]]),
      onRecords: (batch) => this.double(batch),
    });
  }

  /** The log hands over nothing more of a partition until this has settled, so the copies are known before they are read. */
  private async double({ topic, partition, records, nextOffset }: RecordBatch): Promise<void> {
    const own = this.own[topic]![partition]!;
    const originals = records.filter(({ offset }) => !own.delete(offset));
    const copies = originals.map(({ key, value, headers }) => ({ topic, partition, key, value, headers }));
    for (const { offset } of await this.log.append(copies)) own.add(offset);
    this.next[topic]![partition] = nextOffset;
    this.moved.resolve();
    this.moved = Promise.withResolvers();
  }

  private async ends(): Promise<Positions> {
    const names = Object.keys(this.next);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.log.endOffsets(name)])));
  }

  private isBehind(ends: Positions): boolean {
    return Object.entries(ends).some(([topic, of]) => of.some((end, partition) => this.next[topic]![partition]! < end));
  }
}

const brokers = process.argv.slice(2);
const tell = (message: FromDuplicator): boolean => process.send!(message);
const log = await KafkaMessageLog.open({
  brokers,
  clientId,
  topics: { partitions: 1, replicas: 1, minInSyncReplicas: 1 }, // it makes none
});
const admin = new kafkajs.Kafka({ brokers, clientId, logLevel: kafkajs.logLevel.NOTHING }).admin();
await admin.connect();
const duplicator = new Duplicator(log, admin);
await duplicator.discover('end');
// Polling: a cluster does not tell of new topics. What they hold by then is copied as well.
setInterval(() => void duplicator.discover('start'), discoverMs);
process.on('message', (message: ToDuplicator) => {
  if (message === 'catchUp') void duplicator.caughtUp().then(() => tell({ type: 'caughtUp' }));
  else void duplicator.finished().then(() => tell({ type: 'finished', began: duplicator.began }));
});
tell({ type: 'ready' });
