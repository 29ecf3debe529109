/**
 * Records on their way to the brokers that lead their partitions, until every partition has answered.
 * Kafka's client connects and knows who leads; its own producer is left out: it looks at much for each produce (a fifth of a hop's time), and once a broker has refused it reports
 * success for a partition whose leader moved to one that had answered.
 * Promises: who is told an offset has it from all in-sync replicas; what was refused for a reason that may pass is sent again, after a look at the cluster; what
 * has an answer is not sent again. Nothing waits for a leader that does not answer once there is another one. Who closes waits for no broker that does not answer: what is under way then is given up, and may have been written.
 */
import { backOffMs, Pauses } from '../../back-off.ts';
import { nameOf } from '../../partition-name.ts';
import { breakOff } from '../client/broken-connections.ts';
import { isStale, type ClientCluster } from '../client/client-cluster.ts';
import type { ClientBroker } from '../client/record-requests.ts';
import { refusalOf, type Refusal } from '../client/refusals.ts';
import type { TopicRecords } from '../client/wire/produce-encoding.ts';
import { Handlings } from '../handlings.ts';
import type { Leaders } from '../leaders.ts';
import type { Produce } from './produce-queue.ts';
import { unlessReplaced, type SilentLeader } from './replaced-leader.ts';

const produceTimeoutMs = 15_000;
/** After which it is looked whether who does not answer still leads, and again. */
const silentMs = 1_000;
/** Some twelve seconds in all: a leader that is gone is replaced sooner. */
const usualRetry = { firstMs: 200, mostMs: 3_000, retries: 8 };

interface UnderWay {
  readonly reject: (why: Error) => void;
  limit?: NodeJS.Timeout;
}

export class Producing {
  private looking: Promise<void> | undefined;
  private lookedPastAt = -Infinity;
  private readonly rests = new Pauses();
  private readonly underWay = new Set<UnderWay>();
  private readonly sending = new Handlings();
  /** How long each may take from now on, ms. */
  private lastMs: number | undefined;
  private givenUp: Error | undefined;

  constructor(
    private readonly cluster: ClientCluster,
    private readonly leaders: Leaders,
    private readonly onTrouble: (error: unknown) => void = () => {},
    private readonly retry = usualRetry,
  ) {}

  /** Answers the offset of the first record of each, in their order. Rejects when any of them may not have been written. */
  async send(produces: readonly Produce[]): Promise<readonly number[]> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const one: UnderWay = { reject };
    this.underWay.add(one);
    if (this.lastMs !== undefined) this.limit(one, this.lastMs);
    try {
      return await Promise.race([this.sending.run(() => this.sendUntilWritten(produces)), late]);
    } finally {
      clearTimeout(one.limit);
      this.underWay.delete(one);
    }
  }

  /** What is under way, and what is sent from now on, may take so long. One that takes longer rejects, all others with it, and what is sent later at once. */
  hurry(ms: number): void {
    this.lastMs = ms;
    for (const one of this.underWay) this.limit(one, ms);
  }

  /** Resolves when the cluster is asked nothing any more, for what was given up either. */
  async ended(): Promise<void> {
    await this.sending.settled();
    await this.looking?.catch(() => {}); // it may be one for which no append waits
  }

  private limit(one: UnderWay, ms: number): void {
    clearTimeout(one.limit);
    one.limit = setTimeout(
      () => this.giveUp(new Error(`it is being closed, and nothing was acknowledged within ${ms} ms`)),
      ms,
    );
  }

  private giveUp(why: Error): void {
    this.givenUp = why;
    for (const { reject } of this.underWay) reject(why);
    this.rests.cut();
  }

  private async sendUntilWritten(produces: readonly Produce[]): Promise<readonly number[]> {
    const first = new Map<string, number>();
    let refusal: Refusal | undefined;
    for (let failures = 0; ; failures += 1) {
      if (this.givenUp) throw this.givenUp;
      try {
        if (refusal) await this.lookAgain();
        await this.attempt(
          produces.filter((one) => !first.has(nameOf(one))),
          first,
        );
        return produces.map((one) => first.get(nameOf(one))!);
      } catch (error) {
        refusal = error as Refusal;
        const isFinal = refusal.retriable === false || refusal instanceof TypeError || failures === this.retry.retries;
        if (isFinal || this.givenUp) throw error;
        this.onTrouble(error);
        await this.rests.wait(backOffMs(this.retry, failures + 1));
      }
    }
  }

  /** Every leader is asked, whatever becomes of the others. */
  private async attempt(produces: readonly Produce[], first: Map<string, number>): Promise<void> {
    await this.know(produces);
    const byLeader = Map.groupBy(produces, (one) => this.leaders.of(one));
    const asked = [...byLeader].map(([leader, of]) => this.sendTo(leader, of, first));
    const outcomes = await Promise.allSettled(asked);
    throwWorst(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Refusal] : [])));
  }

  private async know(produces: readonly Produce[]): Promise<void> {
    const { cluster } = this;
    if (produces.some(({ topic }) => !cluster.targetTopics.has(topic)))
      await cluster.addMultipleTargetTopics([...new Set(produces.map(({ topic }) => topic))]);
    if (!isStale(cluster)) return;
    const looked = this.lookAround();
    const isOld = Boolean(cluster.brokerPool.metadataExpireAt); // and no broker has gone since
    // A broker may be asked that does not answer.
    if (isOld && produces.every((one) => this.leaders.of(one) !== undefined)) void looked.catch(() => {});
    else await looked;
  }

  /** One look at a time. */
  private lookAround(): Promise<void> {
    this.looking ??= this.cluster
      .refreshMetadataIfNecessary()
      .catch((error: unknown) => {
        this.onTrouble(error);
        throw error;
      })
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async sendTo(leader: number | undefined, produces: readonly Produce[], first: Map<string, number>) {
    if (leader === undefined) throw new Error(`nobody leads ${produces.map(nameOf).join(', ')}`);
    const broker = await this.cluster.findBroker({ nodeId: leader });
    if (this.givenUp) throw this.givenUp;
    const answer = broker.produce({ acks: -1, timeout: produceTimeoutMs, topicData: recordsOf(produces) });
    const { topics } = await unlessReplaced(answer, this.silentLeader(leader, broker, produces));
    const refused: Refusal[] = [];
    for (const { topicName: topic, partitions } of topics)
      for (const { partition, errorCode, baseOffset } of partitions)
        if (errorCode === 0) first.set(nameOf({ topic, partition }), baseOffset);
        else refused.push(refusalOf(errorCode, nameOf({ topic, partition })));
    throwWorst(refused);
    const silent = produces.find((one) => !first.has(nameOf(one)));
    if (silent) throw new Error(`the broker did not answer for ${nameOf(silent)}`);
  }

  private silentLeader(leader: number, { connectionPool }: ClientBroker, produces: readonly Produce[]): SilentLeader {
    return {
      everyMs: silentMs,
      look: () => this.lookPast(),
      isReplaced: () => produces.every((one) => ![undefined, leader].includes(this.leaders.of(one))),
      breakOff: () => breakOff(connectionPool, 'no answer to what was to be written, and others lead by now'),
    };
  }

  /** For all who are not answered. Each time another one: any broker may be asked, also the one that says nothing. */
  private lookPast(): void {
    const now = performance.now();
    if (now - this.lookedPastAt < silentMs / 2) return;
    this.lookedPastAt = now;
    const { brokerPool, targetTopics } = this.cluster;
    const look = async (): Promise<void> => void (await brokerPool.refreshMetadata?.([...targetTopics]));
    void this.sending.run(look).catch(() => {});
  }

  private async lookAgain(): Promise<void> {
    const { cluster } = this;
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadata();
  }
}

function recordsOf(produces: readonly Produce[]): TopicRecords[] {
  return [...Map.groupBy(produces, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of,
  }));
}

/** One that will not pass, rather than one that may. */
function throwWorst(refusals: readonly Refusal[]): void {
  const worst = refusals.find(({ retriable }) => retriable === false) ?? refusals[0];
  if (worst) throw worst;
}
