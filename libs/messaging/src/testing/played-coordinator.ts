/** The coordinator of one group, played under Kafka's real client: it has one member, and answers as a spec wants it to. */
import { AssignerProtocol } from '../kafka/client/client.ts';

export const playedTopic = 'tasks.a';

interface Joining {
  readonly memberId: string;
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}
interface Committing {
  readonly topics: readonly { readonly partitions: readonly { partition: number; offset: unknown }[] }[];
}

export class PlayedCoordinator {
  /** By partition. */
  readonly committed = new Map<number, string>();
  joins = 0;
  /** Time by time, as whom a member asked to join; empty: as a new one. */
  readonly joinedAs: string[] = [];
  leaves = 0;
  heartbeats = 0;
  /** Heartbeats fail in a way that ends the client. */
  isFatal = false;
  /** The errors, by their type, with which it answers next. */
  readonly refused: Record<'heartbeat' | 'joinGroup' | 'leaveGroup', string[]> = {
    heartbeat: [],
    joinGroup: [],
    leaveGroup: [],
  };
  /** What its member gets; otherwise all, as the member says itself. */
  dealt: readonly number[] | undefined;
  /** Its host is gone: nobody can connect until the group is joined again, as somewhere else. */
  isGone = false;
  /** What a member that joins waits for: the others. */
  beforeJoining = async (): Promise<void> => {};
  beforeCommitting = async (): Promise<void> => {};
  beforeLeaving = async (): Promise<void> => {};
  /** How often the connection to it was broken off. */
  cuts = 0;
  /** Of that connection. */
  readonly socket = { bytesRead: 0, destroy: (why: Error): void => this.cut(why) };
  private frozen: PromiseWithResolvers<void> | undefined;

  /** It answers no heartbeat until it is joined again, as somewhere else. */
  freezeCoordinator(): void {
    this.frozen = Promise.withResolvers<void>();
    this.frozen.promise.catch(() => {});
  }

  thawCoordinator(): void {
    this.frozen?.resolve();
    this.frozen = undefined;
  }

  /** The group has another one; what the one before is asked it answers only when its connection is broken off. */
  moveCoordinator(): { owed: number } {
    const before = { owed: 0 };
    const silence = Promise.withResolvers<never>();
    const socket = { bytesRead: 0, destroy: (why: Error) => silence.reject(connectionError(why)) };
    const owing = async (): Promise<void> => {
      before.owed += 1;
      await silence.promise.finally(() => (before.owed -= 1));
    };
    const next = { ...this.coordinator };
    Object.assign(this.coordinator, { connectionPool: { pool: [{ socket }] }, heartbeat: owing });
    this.coordinator = next;
    return before;
  }

  protected coordinator = {
    isConnected: () => true,
    connectionPool: { pool: [{ socket: this.socket }] },
    joinGroup: async ({ memberId, groupProtocols }: Joining) => {
      this.joinedAs.push(memberId);
      await this.beforeJoining();
      this.refuse('joinGroup');
      this.thawCoordinator();
      this.isGone = false;
      this.joins += 1;
      const { name, metadata } = groupProtocols[0]!;
      const members = [{ memberId: 'm', memberMetadata: metadata }];
      return { generationId: this.joins, leaderId: 'm', memberId: 'm', members, groupProtocol: name };
    },
    syncGroup: async ({ groupAssignment }: { groupAssignment: readonly object[] }) =>
      this.dealt ? { memberAssignment: assignmentOf(this.dealt) } : groupAssignment[0],
    heartbeat: async () => {
      this.heartbeats += 1;
      if (this.isFatal) throw Object.assign(new Error('no'), { name: 'KafkaJSNotImplemented' });
      await this.frozen?.promise;
      if (this.isGone) throw Object.assign(new Error('no'), { name: 'KafkaJSConnectionError', retriable: true });
      this.refuse('heartbeat');
    },
    leaveGroup: async () => {
      await this.beforeLeaving();
      this.refuse('leaveGroup');
      this.leaves += 1;
    },
    offsetCommit: async ({ topics }: Committing) => {
      await this.beforeCommitting();
      for (const { partitions } of topics)
        for (const { partition, offset } of partitions) this.committed.set(partition, String(offset));
    },
  };

  private cut(why: Error): void {
    this.cuts += 1;
    this.frozen?.reject(connectionError(why));
  }

  private refuse(request: keyof PlayedCoordinator['refused']): void {
    const type = this.refused[request].shift();
    if (type !== undefined)
      throw Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable: true });
  }

  protected stored(): object[] {
    const offsetOf = (partition: number): string => this.committed.get(partition) ?? '-1';
    const partitions = [0, 1].map((partition) => ({ partition, offset: offsetOf(partition), metadata: '' }));
    return [{ topic: playedTopic, partitions }];
  }
}

const connectionError = (why: Error): Error => Object.assign(why, { name: 'KafkaJSConnectionError', retriable: true });

const assignmentOf = (partitions: readonly number[]): Buffer =>
  AssignerProtocol.MemberAssignment.encode({
    version: 1,
    assignment: { [playedTopic]: [...partitions] },
    userData: Buffer.alloc(0),
  });
