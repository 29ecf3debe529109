/**
 * A fetch session: the broker remembers what is fetched from where, so a request says only what changed since the one before, and an answer only
 * of which partitions there is news. What a fetch costs client and broker no longer grows with the partitions that are read.
 * Promises: whatever became of a request, the next one can be understood: after one whose answer was lost, or when the broker has forgotten the session
 * (it keeps a thousand), everything is said again. A request while another one is under way is outside of the session.
 * Source: KIP-227, https://cwiki.apache.org/confluence/display/KAFKA/KIP-227%3A+Introduce+Incremental+FetchRequests+to+Increase+Partition+Scalability
 */
import { outside, type FetchBody, type InSession } from './fetch-encoding.ts';

type Topics = FetchBody['topics'];
type Partition = Topics[number]['partitions'][number];

interface Kept {
  readonly partition: Partition;
  /** The last one that it was asked in. */
  turn: number;
}

const nobody = 0;
/** Begins a session, and ends the one whose number comes with it. */
const beginning = 0;
const lastEpoch = 2 ** 31 - 1;

export class FetchSession {
  private id = nobody;
  private epoch = beginning;
  private turn = 0;
  private isUnderWay = false;
  private readonly kept = new Map<string, Map<number, Kept>>();

  /** For a request of these. Each is followed by `answered` or `lost`, unless it is `outside`. */
  ask(topics: Topics): InSession {
    if (this.isUnderWay) return { session: outside, topics, forgotten: [] };
    this.isUnderWay = true;
    this.turn += 1;
    const news = topics
      .map(({ topic, partitions }) => ({ topic, partitions: this.newOf(topic, partitions) }))
      .filter(({ partitions }) => partitions.length > 0);
    return { session: { id: this.id, epoch: this.epoch }, topics: news, forgotten: this.forget() };
  }

  /** `id`: as the answer has it; 0 when the broker keeps none. `partitions`: how many it tells of. */
  answered(id: number, partitions: number): void {
    const isKept = this.epoch === beginning ? id !== nobody && partitions === this.count() : id === this.id;
    if (!isKept) return this.lost();
    this.isUnderWay = false;
    this.id = id;
    this.epoch = this.epoch === lastEpoch ? 1 : this.epoch + 1;
  }

  /** What the broker made of the request is not known, or it knows no such session. */
  lost(): void {
    this.isUnderWay = false;
    this.epoch = beginning;
    this.kept.clear();
  }

  private newOf(topic: string, partitions: readonly Partition[]): Partition[] {
    const kept = this.kept.get(topic) ?? new Map<number, Kept>();
    this.kept.set(topic, kept);
    return partitions.filter((asked) => {
      const known = kept.get(asked.partition);
      const isNew = known?.partition.fetchOffset !== asked.fetchOffset || known.partition.maxBytes !== asked.maxBytes;
      if (isNew) kept.set(asked.partition, { partition: asked, turn: this.turn });
      else known.turn = this.turn;
      return isNew;
    });
  }

  private forget(): InSession['forgotten'] {
    const forgotten: { topic: string; partitions: number[] }[] = [];
    for (const [topic, kept] of this.kept) {
      const partitions = [...kept].filter(([, { turn }]) => turn !== this.turn).map(([partition]) => partition);
      for (const partition of partitions) kept.delete(partition);
      if (partitions.length > 0) forgotten.push({ topic, partitions });
    }
    return forgotten;
  }

  private count(): number {
    return [...this.kept.values()].reduce((sum, kept) => sum + kept.size, 0);
  }
}
