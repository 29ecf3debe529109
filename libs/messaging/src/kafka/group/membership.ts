/**
 * A member of a consumer group: it finds the coordinator, joins, sends heartbeats, commits and leaves, as Kafka's group protocol has it (KIP-62; kafka.apache.org/protocol).
 * Kafka's client gives connections and requests; its own consumer is left out (decision 22).
 *
 * Promises
 * - Before it joins anew it has handed back what it holds, and the handlers that run have settled, because others get these partitions next. It stays a member meanwhile, for as long as a group
 *   waits for those who are to join.
 * - Heartbeats are sent when they are due, whatever handlers, looks at the cluster and clocks do. A coordinator of which nothing was heard for a session is none any more: what is held is handed back,
 *   and the group joined where it is now.
 * - Who comes back joins as the member that it was, unless the group no longer knows it: otherwise it would wait for both.
 * - Who leaves joins nothing any more, and leaves the group that takes it in after that.
 */
import type { Assignment } from 'kafkajs';
import { backOffMs, Pause, Pauses, usualBackOff } from '../../back-off.ts';
import type { Claim, CommittedPosition, TopicPartition } from '../../message-log.ts';
import { abandon } from '../client/client-cluster.ts';
import type { GroupBroker, Joined } from '../client/group-cluster.ts';
import { refusalOf } from '../client/refusals.ts';
import { committedOf } from './committed.ts';
import { Handlings } from '../handlings.ts';
import { Commits } from './commits.ts';
import { Coordinator } from './coordinator.ts';
import { dealOut, isOutdated, join, sync, type Generation, type GenerationOptions } from './generation.ts';
import { idGivenWith, isMoved, isPassing, isUnknownMember } from './group-refusals.ts';
import { Heartbeats, Silence } from './heartbeats.ts';
import { missingTopic } from './known-topics.ts';
import { watched } from './watched-cluster.ts';

export interface MembershipOptions extends GenerationOptions {
  onAssigned(assignment: Assignment): void;
  /** What was assigned is no longer held. Resolves when no handler runs any more; does not reject. */
  onHandBack(): Promise<void>;
  onTrouble(error: unknown): void;
}

/** Of what passes by itself: when it has, the whole group waits for those who are still to join. */
const retry = { firstMs: 100, mostMs: 2_000 };
/** What passes by itself is told when it has not passed by then. */
const untoldFailures = 5;
/** Made a moment ago, a topic is known everywhere within seconds. */
const firstLooks = 10;
/** As brokers number it. */
const unknownTopic = 3;

export class Membership {
  /** Empty: the group knows of none. */
  private memberId = '';
  private generation: Generation | undefined;
  private lastGenerationId = 0;
  private readonly coordinator: Coordinator;
  private heartbeats: Heartbeats | undefined;
  private readonly commits: Commits;
  private readonly rests = new Pauses();
  /** Since the group was last heard of. */
  private failures = 0;
  /** It will not pass by itself. */
  private isRefused = false;
  private beginning: Promise<void> | undefined;
  private running: Promise<void> | undefined;
  /** Asking to be taken in. */
  private joining: Promise<unknown> | undefined;
  private isLeaving = false;
  private readonly options: MembershipOptions;
  /** What the cluster was asked, whoever waits for it. */
  private readonly underWay = new Handlings();

  constructor(options: MembershipOptions) {
    this.options = { ...options, cluster: watched(options.cluster, this.underWay) };
    this.coordinator = new Coordinator(this.options);
    this.commits = new Commits({
      groupId: options.groupId,
      coordinator: this.coordinator,
      generation: () => this.generation,
      lastGenerationId: () => this.lastGenerationId,
      onOver: () => this.heartbeats?.hurry(),
    });
  }

  /** Resolves when it is connected, and goes on joining the group. Rejects when it cannot begin. */
  async begin(): Promise<void> {
    this.beginning = this.connect();
    await this.beginning;
    this.running = this.run();
  }

  commit(positions: readonly CommittedPosition[]): Promise<void> {
    return this.commits.commit(positions);
  }

  /** How far the group has come in these, which it holds. Rejects after some seconds, and when it is to join anew. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly Claim[]> {
    const { coordinator, rests, generation } = this;
    const { groupId, sessionTimeoutMs } = this.options;
    const isUnwanted = (): boolean => this.isLeaving || !generation || this.generation !== generation;
    return committedOf({ groupId, coordinator, rests, isUnwanted, silenceMs: sessionTimeoutMs / 2 }, partitions);
  }

  /** Once. Resolves when the coordinator has let it go, or could not be told, and all connections have ended. */
  async leave(): Promise<void> {
    const { cluster } = this.options;
    const onTrouble = (error: unknown): void => this.options.onTrouble(error);
    this.isLeaving = true;
    this.rests.cut();
    this.heartbeats?.stop();
    await Promise.allSettled([this.beginning, this.joining]);
    if (this.memberId !== '') await this.leaveGroup().catch(onTrouble);
    await Promise.all([this.commits.end(), this.coordinator.close()]);
    abandon(cluster); // what was given up
    await cluster.disconnect().catch(onTrouble);
    void Promise.all([this.running, this.underWay.settled()])
      .then(() => cluster.disconnect())
      .catch(() => {}); // what was connected after its end
  }

  private get asking() {
    return { rests: this.rests, isUnwanted: () => this.isLeaving };
  }

  private async connect(): Promise<void> {
    const { cluster, topics } = this.options;
    await cluster.connect();
    const missing = await missingTopic(cluster, topics, { ...this.asking, attempts: firstLooks });
    if (missing !== undefined) throw refusalOf(unknownTopic, missing);
  }

  private async run(): Promise<void> {
    while (!this.isLeaving) {
      try {
        await this.handBack();
        await this.rest();
        const generation = await this.joinAnew();
        if (generation) await this.remain(generation);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private async handBack(): Promise<void> {
    const handled = this.options.onHandBack();
    if (this.heartbeats) await this.heartbeats.meanwhile(handled);
    else await handled;
  }

  private async rest(): Promise<void> {
    const { failures, isRefused } = this;
    if (failures > 0 && !this.isLeaving) await this.rests.wait(backOffMs(isRefused ? usualBackOff : retry, failures));
  }

  /** Undefined once it is to leave: `leave` tells the group, if it has taken it in. */
  private async joinAnew(): Promise<Generation | undefined> {
    if (this.isLeaving) return undefined;
    this.generation = undefined;
    this.coordinator.forget();
    const coordinator = await this.coordinator.find();
    if (this.isLeaving) return undefined;
    const joining = this.askToJoin(coordinator);
    this.joining = joining;
    const joined = await joining;
    this.memberId = joined.memberId;
    const dealt = await dealOut(this.options, joined, this.asking);
    return this.isLeaving ? undefined : sync(this.options, coordinator, joined, dealt);
  }

  /** The id that a new member is given counts from then on, whatever becomes of its joining: the group waits for who has it. */
  private async askToJoin(coordinator: GroupBroker): Promise<Joined> {
    try {
      return await join(this.options, coordinator, this.memberId);
    } catch (error) {
      const given = idGivenWith(error);
      if (given === undefined) throw error;
      this.memberId = given;
      if (this.isLeaving) throw error;
      return join(this.options, coordinator, given);
    }
  }

  private async remain(generation: Generation): Promise<void> {
    if (this.isLeaving) return;
    this.generation = generation;
    this.lastGenerationId = generation.generationId;
    const { options } = this;
    this.heartbeats = new Heartbeats(generation, {
      ...options,
      coordinator: this.coordinator,
      isOutdated: (one) => this.isOutdated(one),
      onHeard: () => (this.failures = 0),
    });
    options.onAssigned(generation.assignment);
    await this.heartbeats.untilOver();
  }

  private failed(error: unknown): void {
    if (this.isLeaving) return;
    if (isUnknownMember(error)) this.memberId = '';
    this.failures += 1;
    this.isRefused = !isPassing(error);
    const isTold = this.isRefused || this.failures > untoldFailures || error instanceof Silence;
    if (isTold) this.options.onTrouble(error);
  }

  /** Asked again, for a session at most, where a broker says that another one has the group, or that none has it yet. */
  private async leaveGroup(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.options;
    const { memberId } = this;
    const until = performance.now() + sessionTimeoutMs;
    for (let failures = 1; ; failures += 1) {
      const coordinator = await this.coordinator.find();
      try {
        await coordinator.leaveGroup({ groupId, memberId });
        return;
      } catch (error) {
        if (isUnknownMember(error)) return; // it is out already
        const restMs = backOffMs(retry, failures);
        if (!isMoved(error) || performance.now() + restMs > until) throw error;
        this.coordinator.forget();
        await new Pause().wait(restMs);
      }
    }
  }

  /** Nobody waits for the look: a broker that is frozen may be asked. */
  private isOutdated(generation: Generation): boolean {
    const { cluster } = this.options;
    const isWhole = [...generation.counts.values()].every((count) => count > 0);
    const look = (): Promise<void> => (isWhole ? cluster.refreshMetadataIfNecessary() : cluster.refreshMetadata());
    void look().catch(() => {});
    return isOutdated(generation, cluster);
  }
}
