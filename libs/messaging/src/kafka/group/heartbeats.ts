/**
 * How a member stays one. Time is measured by a clock that nobody sets: where the wall clock is put back by an hour the group, whose clock is another, would hear nothing for that long.
 * A coordinator that fails or has moved is looked for and told of the same generation: the group lives on at the next one, so nothing has to be dealt out anew because a broker restarts.
 */
import { backOffMs, Pause } from '../../back-off.ts';
import type { GroupBroker } from '../client/group-cluster.ts';
import { inTime } from '../in-time.ts';
import { unlessSilent, type Coordinator } from './coordinator.ts';
import { rebalanceTimeoutMs, type Generation } from './generation.ts';
import { isOfCoordinator, isOver, isUnknownMember } from './group-refusals.ts';

const heartbeatsPerSession = 5;
const firstRetryMs = 100;

export interface HeartbeatsOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly coordinator: Pick<Coordinator, 'find' | 'forget'>;
  /** Partitions have been made that nobody was assigned. */
  isOutdated(generation: Generation): boolean;
  onHeard(): void;
}

/** The group has given the partitions to others, or is about to. */
export class Silence extends Error {
  constructor(groupId: string, ms: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`no coordinator of ${groupId} has answered for ${ms} ms, so what is held of it is handed back: ${why}`, {
      cause,
    });
  }
}

export class Heartbeats {
  private readonly rest = new Pause();
  private isStopped = false;

  constructor(
    private readonly generation: Generation,
    private readonly options: HeartbeatsOptions,
  ) {}

  private get intervalMs(): number {
    return Math.floor(this.options.sessionTimeoutMs / heartbeatsPerSession);
  }

  /** Resolves when the member has to join anew, or was stopped. Rejects when it is none any more: the group does not know it, or nothing was heard of the coordinator for a session. */
  async untilOver(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.options;
    let heardAt = performance.now();
    let why: unknown = new Error('this process stood still meanwhile');
    const leftMs = (): number => Math.max(0, Math.ceil(sessionTimeoutMs - (performance.now() - heardAt)));
    for (let failures = 0; !this.isStopped;) {
      await this.rest.wait(Math.min(this.restMs(failures), leftMs()));
      if (this.isStopped || this.options.isOutdated(this.generation)) return;
      if (leftMs() === 0) throw new Silence(groupId, sessionTimeoutMs, why);
      try {
        await this.beatBefore(heardAt + sessionTimeoutMs);
        heardAt = performance.now();
        failures = 0;
        this.options.onHeard();
      } catch (error) {
        if (isOver(error)) return;
        if (isUnknownMember(error)) throw error;
        why = error;
        failures += 1;
        this.failed(error);
      }
    }
  }

  /** Goes on until `handled` has settled, it is stopped, or the group waits for nobody any more: a handler that never settles would keep partitions on which nobody works. */
  async meanwhile(handled: Promise<void>): Promise<void> {
    let isUnderWay = false;
    const beating = setInterval(() => {
      if (isUnderWay || this.isStopped) return;
      isUnderWay = true;
      // It knows that it is to join; but its session would run out.
      void this.beatBefore(performance.now() + this.options.sessionTimeoutMs)
        .catch((error: unknown) => this.failed(error))
        .finally(() => (isUnderWay = false));
    }, this.intervalMs);
    const limit = setTimeout(() => clearInterval(beating), rebalanceTimeoutMs);
    await handled;
    clearInterval(beating);
    clearTimeout(limit);
  }

  /** Now rather than when the next one is due: something says that the generation is over. */
  hurry(): void {
    this.rest.cut();
  }

  stop(): void {
    this.isStopped = true;
    this.rest.cut();
  }

  private failed(error: unknown): void {
    if (isOfCoordinator(error)) this.options.coordinator.forget();
  }

  private restMs(failures: number): number {
    const { intervalMs: mostMs } = this;
    return failures === 0 ? mostMs : backOffMs({ firstMs: firstRetryMs, mostMs }, failures);
  }

  /** A coordinator that says nothing is given up early enough to find another one before the session is over. */
  private async beatBefore(overAt: number): Promise<void> {
    const leftMs = (): number => Math.max(0, Math.ceil(overAt - performance.now()));
    const inVain = new Error('none that can be reached was found');
    const coordinator = await inTime(this.options.coordinator.find(), leftMs(), inVain);
    if (leftMs() === 0) throw inVain;
    await unlessSilent(coordinator, Math.min(leftMs(), this.options.sessionTimeoutMs / 2), this.beat(coordinator));
  }

  private async beat(coordinator: GroupBroker): Promise<void> {
    const { memberId, generationId: groupGenerationId } = this.generation;
    await coordinator.heartbeat({ groupId: this.options.groupId, memberId, groupGenerationId });
  }
}
