/**
 * Commits of a member: asked for again, for some seconds, while the group is joined anew or its coordinator moves.
 * Promise: only positions of what is held by then, and was nobody else's meanwhile, are sent, for others have moved theirs on; a commit of which something was not taken rejects.
 */
import { backOffMs, Pauses } from '../../back-off.ts';
import type { CommittedPosition } from '../../message-log.ts';
import type { OffsetCommit } from '../client/group-cluster.ts';
import { Handlings } from '../handlings.ts';
import type { Coordinator } from './coordinator.ts';
import type { Generation } from './generation.ts';
import { isOfCoordinator, isOver, isPassing, isUnknownMember } from './group-refusals.ts';

const retry = { firstMs: 100, mostMs: 2_000, attempts: 6 };

export interface CommitsOptions {
  readonly groupId: string;
  /** Undefined: the group is being joined. */
  generation(): Generation | undefined;
  /** Of the one that it was in last. */
  lastGenerationId(): number;
  readonly coordinator: Pick<Coordinator, 'find' | 'forget'>;
  /** The generation seems to be over. */
  onOver(): void;
}

export class Commits {
  private readonly underWay = new Handlings();
  private readonly rests = new Pauses();
  private isEnded = false;

  constructor(private readonly options: CommitsOptions) {}

  commit(positions: readonly CommittedPosition[]): Promise<void> {
    const since = this.options.lastGenerationId();
    return this.underWay.run(() => this.commitUntilTaken(positions, since));
  }

  /** What is under way is not repeated. Resolves when it has settled. */
  async end(): Promise<void> {
    this.isEnded = true;
    this.rests.cut();
    await this.underWay.settled();
  }

  private async commitUntilTaken(positions: readonly CommittedPosition[], since: number): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      if (this.isEnded) throw new Error('the member has left its group');
      try {
        return await this.commitOnce(positions, since);
      } catch (error) {
        if (!isPassing(error) || failures === retry.attempts) throw error;
        if (isOver(error) || isUnknownMember(error)) this.options.onOver();
      }
      if (!this.isEnded) await this.rests.wait(backOffMs(retry, failures));
    }
  }

  private async commitOnce(positions: readonly CommittedPosition[], since: number): Promise<void> {
    const generation = this.options.generation();
    if (!generation) throw new Error('the group is being joined');
    const { generationId, assignment } = generation;
    const isUnbroken = generationId === since || generationId === since + 1;
    const held = positions.filter(({ topic, partition }) => isUnbroken && assignment[topic]?.includes(partition));
    if (held.length > 0) await this.send(generation, held);
    const lost = positions.find((one) => !held.includes(one));
    if (lost) throw noLongerHeld(lost);
  }

  private async send({ memberId, generationId }: Generation, held: readonly CommittedPosition[]): Promise<void> {
    const { groupId } = this.options;
    const coordinator = await this.options.coordinator.find();
    try {
      await coordinator.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics: topicsOf(held) });
    } catch (error) {
      if (isOfCoordinator(error)) this.options.coordinator.forget();
      throw error;
    }
  }
}

const topicsOf = (positions: readonly CommittedPosition[]): OffsetCommit['topics'] =>
  [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      ...(metadata === undefined ? {} : { metadata }),
    })),
  }));

const noLongerHeld = ({ topic }: CommittedPosition): Error =>
  Object.assign(new Error(`a partition of ${topic} is not held any more, or was not all the while`), {
    retriable: false,
  });
