/** One process's connection to the log. What is on its way when the process dies may arrive or not. */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { GroupMembership, GroupOptions, MessageLog, Position, Tail } from '@waybill/messaging';
import { placeOf, type Broker } from './broker.ts';
import type { FaultKind } from './faults.ts';
import type { SimGroup } from './sim-group.ts';
import { SimMembership } from './sim-membership.ts';
import type { Life } from './sim-process.ts';

/** Which faults the appends of a process meet. */
export interface AppendFaults {
  readonly prefix?: FaultKind;
  readonly unanswered?: FaultKind;
}

export class SimLog implements MessageLog {
  constructor(
    private readonly life: Life,
    private readonly broker: Broker,
    private readonly groupOf: (name: string) => SimGroup,
    private readonly appendFaults: AppendFaults = { unanswered: 'append without answer' },
  ) {}

  /** Partitions are written one by one, so that one may be ahead of another; a fault cuts each of them at a place of its own. */
  async append(messages: readonly OutgoingMessage[]): Promise<readonly Position[]> {
    const byPlace = Map.groupBy(messages, (message) =>
      placeOf({ topic: message.topic, partition: this.broker.partitionFor(message) }),
    );
    const cut = this.hits(this.appendFaults.prefix);
    const unanswered = this.hits(this.appendFaults.unanswered);
    const positions = new Map<OutgoingMessage, Position>();
    await Promise.all(
      [...byPlace.values()].map((group) => {
        const part = cut ? group.slice(0, this.life.random.int(0, group.length)) : group;
        return this.life.call(() => {
          for (const message of part) positions.set(message, this.write(message));
        });
      }),
    );
    if (cut || unanswered) throw new PlatformError('log_unavailable');
    return messages.map((message) => positions.get(message)!);
  }

  partitions(): Promise<number> {
    return Promise.resolve(this.broker.partitionCount);
  }

  endOffsets(topic: string): Promise<readonly number[]> {
    const numbers = Array.from({ length: this.broker.partitionCount }, (_, partition) => partition);
    return this.life.call(() => numbers.map((partition) => this.broker.end({ topic, partition })));
  }

  async join(options: GroupOptions): Promise<GroupMembership> {
    const { life, broker } = this;
    const membership = new SimMembership({ life, broker, group: this.groupOf(options.group), options });
    await life.call(() => membership.join());
    return membership;
  }

  /** Nothing that is simulated so far reads without a group. */
  tail(): Promise<Tail> {
    return Promise.reject(new Error('The simulated log has no tails yet.'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private hits(kind: FaultKind | undefined): boolean {
    return kind !== undefined && this.life.world.faults.hits(kind);
  }

  /** A producer that sends again what had arrived. */
  private write(message: OutgoingMessage): Position {
    const { faults, timeline } = this.life.world;
    const position = this.broker.write(message);
    if (faults.hits('duplicated record')) this.broker.write(message);
    if (faults.hits('late duplicate of a record')) {
      timeline.after(this.life.random.between(10, 2_000), () => void this.broker.write(message));
    }
    return position;
  }
}
